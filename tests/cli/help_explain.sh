#!/bin/sh
# aiwf explain: the documents that a person writes.
. "$(dirname "$0")/lib.sh"

begin "every document is listed once, and explained"
ok aiwf explain
out_lines 3
out_has workflow
for document in $(aiwf explain | cut -d' ' -f1); do
    ok aiwf explain "$document"
    true_that test "$(wc -l <"$OUT")" -gt 5
    ok aiwf explain "$document" --json-schema
    json .type object
    json .additionalProperties false
done

begin "a part of one"
ok aiwf explain workflow stages.command
out_lines 1
out_has command
fails 3 aiwf explain workflow stages.comand
err_has 'did you mean "command"?'

begin "a document that is none"
fails 3 aiwf explain workfow
err_has "did you mean workflow?"
