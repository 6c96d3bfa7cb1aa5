"""What uwsgi loads for each API: the service's own WSGI application behind the bed's switches."""
import importlib
import os

import switches

MODULE, FUNCTION = os.environ["BED_APPLICATION"].split(":")
application = switches.Switched(getattr(importlib.import_module(MODULE), FUNCTION)(), os.environ["BED_SERVICE"])
