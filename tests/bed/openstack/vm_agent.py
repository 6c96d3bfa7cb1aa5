"""Stand-in for the agents inside a cluster's virtual machines, which Nova's fake hypervisor never boots.

Heat hands the machines their work as software deployments and waits for their answers. This reads from Heat's
database which ones wait, and answers each through Heat's API. Switches, files in BED_SWITCHES:
  hang-cluster   no answers while it is there
  fail-cluster   answers FAILED; its text is the reason
for all clusters, or for one with its name after it, as in hang-cluster-NAME."""
import os
import time

import pymysql

from cloud import IP, call, token_for, tokens

SWITCHES = os.environ["BED_SWITCHES"]


def waiting(database):
    with database.cursor() as cursor:
        cursor.execute("""SELECT d.id, d.tenant, (SELECT MIN(s.name) FROM resource r JOIN stack s ON s.id = r.stack_id
                          WHERE r.nova_instance = d.server_id) FROM software_deployment d WHERE d.status = 'IN_PROGRESS'""")
        return cursor.fetchall()


def switch(verb, stack):
    """The switch's text, None when it is off; the stack of a cluster's machine has a name that begins with the cluster's."""
    for name in os.listdir(SWITCHES):
        if name == verb or name.startswith(verb + "-") and (stack or "").startswith(name[len(verb) + 1:] + "-"):
            with open(SWITCHES + "/" + name) as file:
                return file.read().strip() or "the bed's switch %s is on" % name
    return None


def answer(deployment, project, why):
    outputs = {"deploy_stdout": "", "deploy_stderr": why or "", "deploy_status_code": 1 if why else 0}
    body = {"status": "FAILED" if why else "COMPLETE", "status_reason": why or "Outputs received", "output_values": outputs}
    url = "http://%s:8004/v1/%s/software_deployments/%s" % (IP, project, deployment)
    call("PUT", url, body, token_for(project))
    print(time.strftime("%T"), project, deployment, body["status"], flush=True)


def main():
    database = None
    while True:
        time.sleep(0.3)
        try:
            database = database or pymysql.connect(host="127.0.0.1", user="bed", password="bed", database="heat", autocommit=True)
            for deployment, project, stack in waiting(database):
                if switch("hang-cluster", stack) is None:
                    answer(deployment, project, switch("fail-cluster", stack))
        except (OSError, KeyError, pymysql.Error) as error:
            print(time.strftime("%T"), repr(error), flush=True)
            tokens.clear()
            database = None
            time.sleep(1)


main()
