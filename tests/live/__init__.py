"""Tests against real servers, which are installed outside the project on first use."""
