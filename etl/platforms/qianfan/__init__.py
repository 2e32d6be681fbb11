"""Baidu Qianfan: augmentation, processing and training tasks, and the datasets they work on."""
