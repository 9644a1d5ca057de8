"""How the calls of the configuration API are described, the same for everything that is configured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view

from connectors.api import configuration_serializers as shapes
from tenants.apikit.describing import FIELDS, IDEMPOTENCY, describe, request_example

TAG = "Configuration"
READ, WRITE, PUBLISH = "config:read", "config:write", "config:publish"
_BODY = (400, 413, 415)
_ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description="Its id.")
_NUMBER = OpenApiParameter("version", OpenApiTypes.INT, OpenApiParameter.PATH, description="Of the version.")
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag of the draft that you read. Refused with 409, the draft as it is now and what differs from "
    "what is live, when somebody has changed it since.",
)


def described(noun: str, shape: Any, draft: Any, example: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Decorates a subclass of ConfigurationApi with what its calls are."""
    return extend_schema_view(
        **_reading(noun, draft), **_writing(noun, shape, draft, example), **_live(noun, draft)
    )


def tested(noun: str) -> Callable[[Any], Any]:
    """Beside `described`, for a TestableMixin."""
    text = (
        "Calls the provider's check request with the draft, so a draft can be tried before it is published. "
        "Needs the right to publish: a draft may name another host, which would be sent the stored credentials."
    )
    return extend_schema_view(
        test=describe(
            f"Test the connection of a {noun}",
            tag=TAG,
            description=text,
            parameters=(_ID,),
            request=shapes.EmptySerializer,
            answers={200: shapes.TrialSerializer},
            problems=(404, *_BODY),
        )
    )


def _reading(noun: str, draft: Any) -> dict[str, Any]:
    return {
        "list": describe(
            f"List {noun}s",
            tag=TAG,
            parameters=(shapes.DraftQuerySerializer, FIELDS),
            answers={200: draft(many=True)},
            problems=(400,),
        ),
        "retrieve": describe(
            f"Read a {noun}",
            tag=TAG,
            description="The draft. Secrets are never answered.",
            parameters=(_ID, FIELDS),
            answers={200: draft},
            problems=(400, 404),
        ),
        "checklist": describe(
            f"Check a {noun} before publishing",
            tag=TAG,
            description="What the go-live checklist says of the draft, and what publishing would change.",
            parameters=(_ID,),
            answers={200: shapes.ChecklistSerializer},
            problems=(400, 404),
        ),
        "versions": describe(
            f"List the versions of a {noun}",
            tag=TAG,
            description="Newest first.",
            parameters=(_ID,),
            answers={200: shapes.VersionSerializer(many=True)},
            problems=(400, 404),
            operation_id=f"config_{noun.replace(' ', '_')}s_versions_list",
        ),
        "one_version": describe(
            f"Read a version of a {noun}",
            tag=TAG,
            parameters=(_ID, _NUMBER),
            answers={200: shapes.WholeVersionSerializer},
            problems=(400, 404),
        ),
        "difference": describe(
            f"Compare two versions of a {noun}",
            tag=TAG,
            parameters=(_ID, shapes.DifferenceQuerySerializer),
            answers={200: shapes.ChangesSerializer},
            problems=(400, 404),
        ),
    }


def _writing(noun: str, shape: Any, draft: Any, example: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "create": describe(
            f"Create a {noun}",
            tag=TAG,
            description="As a draft: nothing of it is live before it is published.",
            parameters=(IDEMPOTENCY,),
            request=shape,
            answers={201: draft},
            problems=_BODY,
            examples=(request_example(noun.capitalize(), example),),
        ),
        "partial_update": describe(
            f"Change a {noun}",
            tag=TAG,
            description=(
                "Changes the draft. Objects are merged (RFC 7396): what is not sent stays, and null takes a name away. "
                "Lists are replaced as a whole; send (set) for each secret that stays."
            ),
            parameters=(_ID, IF_MATCH),
            request=shape,
            answers={200: draft},
            problems=(404, 409, *_BODY),
        ),
        "roll_back": describe(
            f"Roll a {noun} back",
            tag=TAG,
            description="Rewrites the draft from a version. Publish to make it live.",
            parameters=(_ID, IF_MATCH),
            request=shapes.RollBackSerializer,
            answers={200: draft},
            problems=(404, 409, *_BODY),
        ),
    }


def _live(noun: str, draft: Any) -> dict[str, Any]:
    return {
        "publish": describe(
            f"Publish a {noun}",
            tag=TAG,
            description=(
                "Makes the draft live, with what is published together with it. Refused with 409 and the checklist while "
                "that has errors, or warnings whose codes are not in `confirm`."
            ),
            parameters=(_ID, IF_MATCH, IDEMPOTENCY),
            request=shapes.PublishSerializer,
            answers={200: draft},
            problems=(404, 409, *_BODY),
        ),
        "retire": describe(
            f"Retire a {noun}",
            tag=TAG,
            description="New work never chooses it; what it began may end with it. Publishing brings it back.",
            parameters=(_ID,),
            request=shapes.RetireSerializer,
            answers={200: draft},
            problems=(404, *_BODY),
        ),
    }
