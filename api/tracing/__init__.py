"""Tracing with OpenTelemetry, for as long as OTEL_EXPORTER_OTLP_ENDPOINT is set; otherwise nothing here is executed.

A trace begins with a request or, without one, with what the process does by itself: an operation on a socket, a batch of
events that was numbered (`relay`), published (`redis publish`) or sent to subscribers (`fan-out`). The last three follow
the commit in other tasks or processes; their `rollcall.request_ids` name the requests whose events they carry.
"""
