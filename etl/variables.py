"""${NAME} in a configuration, and what stands for it: the environment, and .env beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etl.errors import ConfigurationError

Variables = Mapping[str, str | None]

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def known(configuration: Path) -> Variables:
    """Read the environment, and .env below it; a password with a $ in it is that password.

    Raises ConfigurationError for an .env that cannot be read.
    """
    path = configuration.parent / ".env"
    if not path.exists():
        return dict(os.environ)
    from dotenv import dotenv_values  # noqa: PLC0415  # most have none

    try:
        return {**dotenv_values(path, interpolate=False), **os.environ}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error


def replaced(value: Any, variables: Variables, path: Path, key: str = "") -> Any:
    """Replace ${NAME} in every text of a configuration. Raises ConfigurationError."""
    if isinstance(value, dict):
        return {
            k: replaced(v, variables, path, f"{key}.{k}" if key else k) for k, v in value.items()
        }
    if isinstance(value, list):
        return [replaced(item, variables, path, key) for item in value]
    if not isinstance(value, str):
        return value

    def variable(match: re.Match[str]) -> str:
        found = variables.get(match[1])
        if found is None:
            raise ConfigurationError(
                f"{path}: {key}: the environment variable {match[1]} is not set; "
                f"set it, or write it into {path.parent / '.env'}"
            )
        return found

    return _VARIABLE.sub(variable, value)
