package main

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"verbale/internal/trace"
)

// The shapes of an OTLP trace request as JSON: opentelemetry-proto 1, by the
// rules of its JSON mapping (ids in hexadecimal, 64-bit numbers as texts).
type (
	traceRequest struct {
		ResourceSpans []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource   resource     `json:"resource"`
		ScopeSpans []scopeSpans `json:"scopeSpans"`
	}
	resource struct {
		Attributes []attribute `json:"attributes"`
	}
	scopeSpans struct {
		Scope scope      `json:"scope"`
		Spans []otlpSpan `json:"spans"`
	}
	scope struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	otlpSpan struct {
		TraceID      string      `json:"traceId"`
		SpanID       string      `json:"spanId"`
		ParentSpanID string      `json:"parentSpanId,omitempty"`
		Name         string      `json:"name"`
		Kind         trace.Kind  `json:"kind"`
		Start        string      `json:"startTimeUnixNano"`
		End          string      `json:"endTimeUnixNano"`
		Attributes   []attribute `json:"attributes,omitempty"`
		Status       *spanStatus `json:"status,omitempty"`
	}
	spanStatus struct {
		Code int `json:"code"`
	}
	attribute struct {
		Key   string `json:"key"`
		Value value  `json:"value"`
	}
	value struct {
		String *string `json:"stringValue,omitempty"`
		Int    *string `json:"intValue,omitempty"`
	}
)

// spanFailed is OpenTelemetry's STATUS_CODE_ERROR. A refusal is none: it was
// the right answer.
const spanFailed = 2

func aboutThisServer(node string) resource {
	return resource{[]attribute{textAttribute("service.name", "verbale"), textAttribute("service.version", version), textAttribute("service.instance.id", node)}}
}

func textAttribute(key, text string) attribute { return attribute{key, value{String: &text}} }

// encodeSpans makes the body of one request.
func encodeSpans(about resource, spans []*trace.Span) []byte {
	out := make([]otlpSpan, len(spans))
	for i, s := range spans {
		o := otlpSpan{
			TraceID: hex.EncodeToString(s.Trace[:]), SpanID: hex.EncodeToString(s.ID[:]), Name: s.Name, Kind: s.Kind,
			Start: nanoseconds(s.Began), End: nanoseconds(s.Ended),
		}
		if s.Parent != [8]byte{} {
			o.ParentSpanID = hex.EncodeToString(s.Parent[:])
		}
		for _, n := range s.Numbers {
			text := strconv.FormatInt(n.Value, 10)
			o.Attributes = append(o.Attributes, attribute{n.Name, value{Int: &text}})
		}
		if s.Refused != "" {
			o.Attributes = append(o.Attributes, textAttribute("verbale.refused", s.Refused))
		}
		if s.Failed {
			o.Status = &spanStatus{spanFailed}
		}
		out[i] = o
	}
	body, err := json.Marshal(traceRequest{[]resourceSpans{{about, []scopeSpans{{scope{"verbale", version}, out}}}}})
	if err != nil {
		panic(err) // only for a type that JSON does not know: a fault that any test shows
	}
	return body
}

func nanoseconds(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }
