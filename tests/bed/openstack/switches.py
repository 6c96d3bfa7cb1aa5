"""The bed's switches of an API: files in BED_SWITCHES, looked at for each request.

  slow-NAME   seconds to wait before the request is handled, say 2.5
  down-NAME   an HTTP status to answer instead, say "503 Service Unavailable"; a body may follow on further lines
where NAME is keystone, glance, placement, nova, neutron, cinder, heat, magnum, for requests to one region's address alone with
the region after it, as in down-magnum-RegionTwo."""
import os
import time


class Switched:
    def __init__(self, service, name):
        self.service, self.name = service, name

    def read(self, verb, region):
        for name in (self.name, self.name + "-" + region):
            try:
                with open("%s/%s-%s" % (os.environ["BED_SWITCHES"], verb, name)) as file:
                    return file.read().strip()
            except FileNotFoundError:
                pass
        return ""

    def __call__(self, environ, start_response):
        there = environ.get("HTTP_HOST", "").partition(":")[0] == os.environ["BED_REGION_TWO_IP"]
        region = "RegionTwo" if there else "RegionOne"
        slow, down = self.read("slow", region), self.read("down", region)
        if slow:
            time.sleep(float(slow))
        if not down:
            return self.service(environ, start_response)
        status, _, body = down.partition("\n")
        start_response(status, [("Content-Type", "application/json" if body.startswith("{") else "text/plain")])
        return [body.encode()]


def filter_factory(_, name):
    """For Paste, where a service has a server of its own."""
    return lambda service: Switched(service, name)
