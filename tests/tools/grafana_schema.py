"""Dashboards as Grafana's published models read them: grafana_schema.py SDK FILE...

SDK is a folder with the package grafana-foundation-sdk (PyPI, Apache-2.0), which Grafana makes of its schema. Each member of a
dashboard must be one that the models know, and each value of the type, or one of the words, that they say."""
import enum
import json
import sys
import types
import typing

sys.path.insert(0, sys.argv[1])
from grafana_foundation_sdk.cog import encoder, plugins  # noqa: E402
from grafana_foundation_sdk.models import dashboard  # noqa: E402

wrong = []


def is_of(value, hint):
    """Whether a value is of a type as it is written."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is typing.Any or isinstance(hint, typing.TypeVar):
        return True
    if origin in (typing.Union, types.UnionType):
        return any(is_of(value, arg) for arg in args)
    if origin is typing.Literal:
        return value in args
    if origin in (list, dict):
        items = value.values() if isinstance(value, dict) else value
        return isinstance(value, origin) and (not args or all(is_of(item, args[-1]) for item in items))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return value in [word.value for word in hint] or isinstance(value, hint)
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return not isinstance(hint, type) or isinstance(value, hint)


def check(thing, where):
    if isinstance(thing, (list, dict)):
        for key, item in thing.items() if isinstance(thing, dict) else enumerate(thing):
            check(item, "%s/%s" % (where, key))
    if not type(thing).__module__.startswith("grafana_foundation_sdk") or isinstance(thing, enum.Enum):
        return
    hints = typing.get_type_hints(type(thing))
    for name, value in vars(thing).items():
        if name in hints and not is_of(value, hints[name]):
            wrong.append("%s/%s: %r is no %s" % (where, name, value, hints[name]))
        check(value, "%s/%s" % (where, name))


def check_kept(ours, kept, where):
    """What the models do not know they drop."""
    if isinstance(ours, dict):
        for key, value in ours.items():
            if value is None:
                continue
            if not isinstance(kept, dict) or key not in kept:
                wrong.append("%s/%s: no member of it" % (where, key))
            else:
                check_kept(value, kept[key], "%s/%s" % (where, key))
    elif isinstance(ours, list):
        for at, value in enumerate(ours):
            check_kept(value, kept[at] if isinstance(kept, list) and at < len(kept) else None, "%s/%d" % (where, at))
    elif ours != kept:
        wrong.append("%s: %r is read as %r" % (where, ours, kept))


plugins.register_default_plugins()
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        ours = json.load(file)
    model = dashboard.Dashboard.from_json(ours)
    check(model, path)
    check_kept(ours, json.loads(json.dumps(model, cls=encoder.JSONEncoder)), path)
print("\n".join(wrong[:40]) or "%d dashboards are what Grafana's models say" % len(sys.argv[2:]))
sys.exit(1 if wrong else 0)
