"""What uwsgi loads for each API: the service's own WSGI application behind the bed's switches."""
import importlib
import os

import oslo_log.log

import switches

SERVICE = os.environ["BED_SERVICE"]

# Where eventlet is loaded, oslo.log gives logging the locks of greenlets. These are threads: one that has to wait for such a
# lock runs eventlet's loop in place of its request, for ever.
oslo_log.log._fix_eventlet_logging = lambda: None

# For each request Magnum logs in once or twice, to learn the id of a domain that stays: nine of ten logins of the whole cloud.
if SERVICE == "magnum":
    from magnum.common.keystone import KeystoneClientV3

    ask, known = KeystoneClientV3.trustee_domain_id.fget, {}
    KeystoneClientV3.trustee_domain_id = property(lambda client: known.get("id") or known.setdefault("id", ask(client)))

MODULE, FUNCTION = os.environ["BED_APPLICATION"].split(":")
application = switches.Switched(getattr(importlib.import_module(MODULE), FUNCTION)(), SERVICE)
