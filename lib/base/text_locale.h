/* How text is encoded and how wide its characters are: LC_CTYPE of the environment, taken when first needed
 * (a start that prints plain text does not read the locale's files). Numbers keep the C locale. */
#ifndef BASE_TEXT_LOCALE_H
#define BASE_TEXT_LOCALE_H

void text_locale_use(void);

#endif
