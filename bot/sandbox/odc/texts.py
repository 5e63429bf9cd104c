"""The sentences ODC answers with.

The first ones are those of the published API descriptions. The sentences marked "ours" stand
where OutSystems publishes none.
"""

from __future__ import annotations

NO_SUCH_BUILD = "Couldn't find build"
NO_SUCH_ASSET_REVISION_OR_BUILD = "Couldn't find asset key or revision or build"
NO_SUCH_ASSET_OR_REVISION = "Couldn't find asset key or revision"
NO_SUCH_PACKAGE = "Couldn't find generated code package for the given build"
INVALID_BUILD = "Build is not valid for generated code packaging"
# what Keycloak says, on which ODC's identity is built
INVALID_CLIENT = "Invalid client or Invalid client credentials"
NO_GRANT_TYPE = "Missing form parameter: grant_type"
WRONG_GRANT_TYPE = "Unsupported grant_type"
NO_SUCH_REALM = "Realm does not exist"
# what S3 says
LINK_EXPIRED = "Request has expired"
WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)
TWO_AUTHORIZATIONS = (
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
    "string parameter or the Authorization header should be specified"
)
NO_SUCH_KEY = "The specified key does not exist."
ACCESS_DENIED = "Access Denied"
# ours from here on
PERSONAL_EDITION = "Integration with SAST tools is not available in Personal Edition."
UNAUTHORIZED = "The access token is missing, expired or no longer valid."
TOO_MANY_REQUESTS = "Too many requests. The limit of requests per minute was exceeded."
FORBIDDEN = "The API client needs the Asset management > Open permission."
NO_SUCH_ASSET = "The asset was not found."
NO_SUCH_REVISION = "The revision was not found."
NEVER_TAGGED = "The asset has no tagged revision."
NO_SUCH_RESOURCE = "The resource was not found."
INTERNAL_ERROR = "An unexpected error occurred."
INVALID_KEY = "The value of '{name}' is not a valid key."
INVALID_PAGE = "The value of '{name}' is out of range."
INVALID_SORT = "The sort order is not one of those allowed."
NOT_PRETENDED = "The sandbox does not pretend to know the parameter '{name}'."
PACKAGING_FAILED = "The generated code of the build could not be packaged."
PACKAGING_TIMED_OUT = "The packaging took longer than allowed."
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>"
    "<body><h1>502 Bad Gateway</h1></body></html>"
)
