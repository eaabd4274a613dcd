"""Prints "passed failed skipped" of a JUnit file that ctest wrote."""
import sys
import xml.etree.ElementTree as ElementTree

passed = failed = skipped = 0
for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
    status = case.get("status")
    if status == "run":
        passed += 1
    elif status in ("notrun", "disabled"):
        # ctest calls a skipped test "notrun" and says why; a program that is missing is "notrun" too.
        reason = case.find("skipped")
        if status == "disabled" or (reason is not None and "SKIP" in (reason.get("message") or "")):
            skipped += 1
        else:
            failed += 1
    else:
        failed += 1
print(passed, failed, skipped)
