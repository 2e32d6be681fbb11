"""A stand-in of the Baidu Qianfan console API, with a state to change from a test."""

from etl.standins.qianfan.installation import Qianfan

__all__ = ["Qianfan"]
