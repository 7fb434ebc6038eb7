"""Webhooks as they leave this process: signed by the specification (Standard Webhooks 1.0), to checked addresses only."""
