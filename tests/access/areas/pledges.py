"""责任书: of all schools, of a school, one's own; drawn up, renewed, issued, printed, exported."""

TABLE = """
address                            visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  scoring:pledges               in      403      403     →     →         →      →        200    →         403   403        403        →         in    pw
POST scoring:pledges               in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:my_pledges            in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST scoring:my_pledges            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:school_pledges        in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST scoring:school_pledges        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:draw_up_pledges       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:draw_up_pledges       in      403      403     →     →         →      403      →      403       403   403        403        404       in    pw
GET  scoring:renew_pledges         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:renew_pledges         in      403      403     →     →         →      403      →      403       403   403        403        404       in    pw
GET  scoring:issue_pledges         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:issue_pledges         in      403      403     →     →         →      403      →      403       403   403        403        404       in    pw
GET  scoring:print_pledges         in      403      403     →     →         →      403      →      403       403   403        403        404       in    pw
POST scoring:print_pledges         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:draw_up_all_pledges   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:draw_up_all_pledges   in      403      403     →     →         →      403      →      403       403   403        403        →         in    pw
GET  scoring:renew_all_pledges     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:renew_all_pledges     in      403      403     →     →         →      403      →      403       403   403        403        →         in    pw
GET  scoring:issue_all_pledges     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:issue_all_pledges     in      403      403     →     →         →      403      →      403       403   403        403        →         in    pw
GET  scoring:print_all_pledges     in      403      403     →     →         →      403      →      403       403   403        403        →         in    pw
POST scoring:print_all_pledges     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:pledge_progress       in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST scoring:pledge_progress       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:all_pledge_progress   in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST scoring:all_pledge_progress   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:pledges_file          in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:pledges_file          in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    steps = ("school", "draw_up", "renew", "issue", "print")
    rows = {f"scoring:{step}_pledges": [scene.school.pk] for step in steps}
    return rows | {"scoring:pledge_progress": [scene.school.pk]}


def fields() -> dict[str, dict]:
    return {"reports:pledges_file": {"format": ".xlsx"}}
