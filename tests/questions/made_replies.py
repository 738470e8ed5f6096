"""Replies by place and time of day, made by hand: enquiries after 16:00 at Harbour stay unanswered."""




HARBOUR = {"location": "Harbour", "part": "16:00 and later", "covered": 84, "never_answered": 40, "kept": 20}
ELSEWHERE = [
    {"location": "Harbour", "covered": 80, "never_answered": 8, "kept": 60},
    {"location": "Northgate", "covered": 90, "never_answered": 9, "kept": 70},
    {"location": "Northgate", "part": "16:00 and later", "covered": 70, "never_answered": 7, "kept": 54},
]


def relay_row(**counts):
    judged = counts.get("kept", 0) + counts.get("broken", 0) + counts.get("running", 0)
    return {"covered": judged, "handed_over": judged, "answered": counts.get("kept", 0), **counts}
