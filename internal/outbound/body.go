package outbound

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// readBody reads an answer within its bounds.
func readBody(response *http.Response) ([]byte, error) {
	count := 0
	for _, values := range response.Header {
		count += len(values)
	}
	if count > maxHeaders || response.ContentLength > maxBody {
		return nil, errLarge
	}
	received, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	if len(received) > maxBody {
		return nil, errLarge
	}
	switch strings.ToLower(response.Header.Get("Content-Encoding")) {
	case "", "identity":
		return received, nil
	case "gzip", "x-gzip":
		if len(received) == 0 { // the answer to HEAD, or 304
			return received, nil
		}
		return unzip(received)
	}
	return nil, errReply // not what we asked for
}

func unzip(received []byte) ([]byte, error) {
	limit := min(maxBody, max(freeRatio, maxRatio*len(received)))
	r, err := gzip.NewReader(bytes.NewReader(received))
	if err != nil {
		return nil, errReply
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, errReply
	}
	if len(body) > limit {
		return nil, errLarge
	}
	return body, nil
}
