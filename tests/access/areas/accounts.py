"""Log-in, passwords, accounts, and the page of components."""

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:log_in           200     →        →       →     →         →      →        →      →         →     →          →          →         200   pw
POST students:log_in           200     →        →       →     →         →      →        →      →         →     →          →          →         200   pw
GET  students:log_out          in      405      405     405   405       405    405      405    405       405   405        405        405       in    405
POST students:log_out          in      in       in      in    in        in     in       in     in        in    in         in         in        in    in
GET  students:change_password  in      200      200     200   200       200    200      200    200       200   200        200        200       in    200
POST students:change_password  in      422      422     422   422       422    422      422    422       422   422        422        422       in    422
GET  students:people           in      403      403     200   403       403    403      200    403       200   403        403        200       in    pw
POST students:people           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:reset_password   in      403      403     200   403       403    403      200    403       200   403        403        404       in    pw
POST students:reset_password   in      403      403     →     403       403    403      →      403       →     403        403        404       in    pw
GET  students:end_postings     in      403      403     200   403       403    403      200    403       200   403        403        404       in    pw
POST students:end_postings     in      403      403     →     403       403    403      →      403       →     403        403        404       in    pw
GET  students:components       in      200      200     200   200       200    200      200    200       200   200        200        200       in    pw
POST students:components       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {"students:reset_password": [people["subject"].pk], "students:end_postings": [people["subject"].pk]}


def fields() -> dict[str, dict]:
    return {}
