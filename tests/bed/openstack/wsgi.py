"""What uwsgi loads for each API: the service's own WSGI application behind the bed's switches."""
import importlib
import os

import oslo_log.log

import switches

# Where eventlet is loaded, oslo.log gives logging the locks of greenlets. These are threads: one that has to wait for such a
# lock runs eventlet's loop in place of its request, for ever.
oslo_log.log._fix_eventlet_logging = lambda: None

MODULE, FUNCTION = os.environ["BED_APPLICATION"].split(":")
application = switches.Switched(getattr(importlib.import_module(MODULE), FUNCTION)(), os.environ["BED_SERVICE"])
