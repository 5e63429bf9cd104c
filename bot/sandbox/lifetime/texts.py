"""The sentences LifeTime answers with, as OutSystems publishes them.

`{EnvironmentKey}` and `{ApplicationKey}` are filled in by `refusals.error_answer`. The
sentences marked "ours" stand where OutSystems publishes none.
"""

from __future__ import annotations

AUTHENTICATION_FAILED = "Authentication failed"
NO_PERMISSION = (
    "You need permission to access the environment {EnvironmentKey} or the app {ApplicationKey}."
)
DOES_NOT_EXIST = "The environment {EnvironmentKey} or the app {ApplicationKey} doesn't exist."
PRODUCTION_REFUSED = (
    "Couldn't request the app source code. You can only do it in a non-production environment."
)
TOO_BIG = (
    "The resulting source code package has 187 Mb. The maximum size allowed is 150 Mb. "
    "Please refer to documentation on how to overcome this error."
)
START_FAILED = "Failed to start the operation to package all the source code files."
NO_SUCH_ENVIRONMENT = "Failed to retrieve the environment with key: {EnvironmentKey}."
NOT_RUNNING_THERE = (
    "Failed to retrieve the environment with key {EnvironmentKey} "
    "or the application with key {ApplicationKey}."
)
NO_SUCH_APPLICATION = "Failed to retrieve the application with key {ApplicationKey}."
MODULES_WITHOUT_STATUS = (
    "Failed to retrieve applications because IncludeModules was requested "
    "but IncludeEnvStatus was not."
)
# ours from here on
NO_SUCH_VERSION = "Failed to retrieve the application version."
NO_SUCH_RESOURCE = "The resource doesn't exist."
INVALID_REQUEST = "Invalid request."
NO_SUCH_PACKAGE = "No source code package found. Please check that the PackageKey exists."
NOT_DONE = "The source code package isn't available. Check that the operation's status is Done."
NO_SUCH_DOWNLOAD = "The download doesn't exist or has expired."
TOO_MANY_REQUESTS = "Too many requests."
PACKAGING_FAILED = "The module 'EmployeeBackoffice' has errors and must be published again."
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>LifeTime - Login</title></head>"
    "<body><form>Username <input> Password <input></form></body></html>"
)
