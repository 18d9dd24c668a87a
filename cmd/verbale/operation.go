package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"verbale/internal/problem"
	"verbale/internal/store"
)

// An operation is what an administrator asks of the house. It reads a request,
// may read a stream of bytes (a backup to restore, an export to import), and
// writes its answer: JSON, or bytes. The same function runs in the server, when
// the request came through the socket, and in the command when no server runs.
type operation func(ctx context.Context, h *house, request []byte, in io.Reader, out io.Writer) error

// typed makes an operation of a function that takes and gives one value.
func typed[In, Out any](do func(*house, context.Context, In) (Out, error)) operation {
	return streaming(func(h *house, ctx context.Context, in In, _ io.Reader, out io.Writer) error {
		answer, err := do(h, ctx, in)
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(answer)
	})
}

// streaming makes an operation of a function that reads or writes a stream.
func streaming[In any](do func(*house, context.Context, In, io.Reader, io.Writer) error) operation {
	return func(ctx context.Context, h *house, request []byte, in io.Reader, out io.Writer) error {
		var decoded In
		if err := json.Unmarshal(request, &decoded); err != nil {
			return problem.New(problem.Invalid, "operation.invalid", "The request cannot be read: command and server are of different versions.")
		}
		return do(h, ctx, decoded, in, out)
	}
}

// ask performs an operation and decodes its one JSON answer.
func ask[Out any](ctx context.Context, p place, name string, request any) (answer Out, err error) {
	return askWith[Out](ctx, p, name, request, nil)
}

// askWith is ask with a stream to be read by the operation.
func askWith[Out any](ctx context.Context, p place, name string, request any, in io.Reader) (answer Out, err error) {
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(perform(ctx, p, name, request, in, writer)) }()
	defer reader.Close()
	if err := json.NewDecoder(reader).Decode(&answer); err != nil {
		return answer, err
	}
	_, err = io.Copy(io.Discard, reader)
	return answer, err
}

// patience is how long a command waits for another one on the same directory.
const patience = 10 * time.Second

// perform has an operation done: by the server that runs on the data
// directory, or right here when none does.
func perform(ctx context.Context, p place, name string, request any, in io.Reader, out io.Writer) error {
	encoded, err := json.Marshal(request)
	if err != nil {
		return err
	}
	if in == nil {
		in = http.NoBody
	}
	if err := existing(p.Data); err != nil && !founding[name] {
		return err
	}
	bucket, err := p.bucket()
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if conn, err := dial(p.Data); err == nil {
			return remotely(ctx, conn, name, encoded, in, out)
		}
		h, err := openHouse(ctx, p, slog.New(slog.DiscardHandler), houseOptions{bucket: bucket})
		if err == nil {
			return errors.Join(operations[name](ctx, h, encoded, in, out), h.Close())
		}
		// Locked, yet with no socket: a server that is starting or ending, or
		// another command; either is soon over.
		if !errors.Is(err, store.ErrLocked) {
			return err
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return problem.Newf(problem.Unavailable, "data.taken", "The data directory %s is in use by another process, which does not answer. End it, or wait until it is done.", p.Data)
		}
	}
}

// founding operations may be the first thing done with a data directory.
var founding = map[string]bool{"company.create": true, "restore": true}

// existing refuses a data directory that is not there: for all but the founding
// operations a mistyped --data must not make a new, empty house.
func existing(data string) error {
	if info, err := os.Stat(data); err != nil || !info.IsDir() {
		return problem.Newf(problem.NotFound, "data.missing", "There is no data directory %s. Say with --data where it is; `verbale serve` makes a new one.", data)
	}
	return nil
}

// The request travels in a header, so that the body is free for a stream; how
// it ended travels in a trailer, since the answer may have begun before.
const (
	requestHeader = "Verbale-Request"
	problemHeader = "Verbale-Problem"
)

func remotely(ctx context.Context, conn net.Conn, name string, request []byte, in io.Reader, out io.Writer) error {
	defer conn.Close()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }, DisableKeepAlives: true}
	ask, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://verbale/"+name, in)
	if err != nil {
		return err
	}
	ask.Header.Set(requestHeader, base64.StdEncoding.EncodeToString(request))
	answer, err := transport.RoundTrip(ask)
	if err != nil {
		return fmt.Errorf("the server did not answer: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return problem.New(problem.Unavailable, "operation.unknown", "The running server is of another version than this command. Restart it, or use its own program.")
	}
	if _, err := io.Copy(out, answer.Body); err != nil {
		return fmt.Errorf("the server broke off: %w", err)
	}
	return decodeProblem(answer.Trailer.Get(problemHeader))
}

// operationServer answers the commands that come through the socket.
func operationServer(h *house) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{name}", func(w http.ResponseWriter, r *http.Request) {
		do, known := operations[r.PathValue("name")]
		request, err := base64.StdEncoding.DecodeString(r.Header.Get(requestHeader))
		if !known || err != nil {
			http.Error(w, "no such operation", http.StatusNotFound)
			return
		}
		// An import reads its file while it reports progress.
		_ = http.NewResponseController(w).EnableFullDuplex()
		w.Header().Set("Trailer", problemHeader)
		w.WriteHeader(http.StatusOK)
		err = do(r.Context(), h, request, r.Body, flushing{w})
		if err != nil {
			// A command that is still sending would take a closed
			// connection for the answer.
			_, _ = io.Copy(io.Discard, r.Body)
		}
		if err != nil && problem.Of(err) == nil {
			h.log.Error("operation failed", "operation", r.PathValue("name"), "error", err)
		}
		w.Header().Set(problemHeader, encodeProblem(err))
	})
	return &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
}

// flushing sends each write at once, so that progress is seen as it is made.
type flushing struct{ w http.ResponseWriter }

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err == nil {
		err = http.NewResponseController(f.w).Flush()
	}
	return n, err
}

// sent is a problem on its way through the socket. A fault of ours travels as
// its sentence: whoever may open the socket may read the log.
type sent struct {
	Kind   problem.Kind `json:"kind"`
	Code   string       `json:"code"`
	Detail string       `json:"detail"`
}

func encodeProblem(err error) string {
	if err == nil {
		return "none"
	}
	s := sent{Detail: err.Error()}
	if p := problem.Of(err); p != nil {
		s = sent{p.Kind, p.Code, p.Detail}
	}
	text, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(text)
}

func decodeProblem(text string) error {
	if text == "none" {
		return nil
	}
	var s sent
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(raw, &s) != nil {
		// The trailer is the last thing a server writes.
		return errors.New("the server ended before the command was done")
	}
	if s.Code == "" {
		return errors.New(s.Detail)
	}
	return problem.New(s.Kind, s.Code, s.Detail)
}

// socketPath gives the path of the administrative socket, usable while done
// has not been called. A unix socket's path may have only some hundred bytes,
// so the directory is named by an open file where it is deeper than that.
func socketPath(data string) (path string, done func(), err error) {
	path = filepath.Join(data, "admin.sock")
	if len(path) < 100 {
		return path, func() {}, nil
	}
	folder, err := os.Open(data)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/admin.sock", folder.Fd()), func() { folder.Close() }, nil
}

func dial(data string) (net.Conn, error) {
	path, done, err := socketPath(data)
	if err != nil {
		return nil, err
	}
	defer done()
	return net.DialTimeout("unix", path, time.Second)
}

// listenForCommands opens the socket; whoever calls it holds the lock, so a
// socket that is already there belonged to a server that is no more.
func listenForCommands(data string) (net.Listener, error) {
	if err := os.Remove(filepath.Join(data, "admin.sock")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, noSocket(data, err)
	}
	path, done, err := socketPath(data)
	if err != nil {
		return nil, noSocket(data, err)
	}
	defer done()
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, noSocket(data, err)
	}
	// The directory is closed to others; so is the socket, whatever its mask.
	if err := os.Chmod(filepath.Join(data, "admin.sock"), 0o600); err != nil {
		listener.Close()
		return nil, noSocket(data, err)
	}
	// With the path through an open directory, Close must not unlink by it.
	if unix, ok := listener.(*net.UnixListener); ok {
		unix.SetUnlinkOnClose(false)
	}
	return listener, nil
}

func noSocket(data string, err error) error {
	return problem.Newf(problem.Unavailable, "data.no_socket", "The administrative socket cannot be made in %s: %v.", data, pathReason(err))
}
