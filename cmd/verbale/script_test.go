package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"verbale/internal/store/pgtest"

	"verbale/internal/blob/s3test"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"verbale": main})
}

// raced says that the race detector is on.
var raced bool

// raceable are the scripts whose servers do several things at a time. The
// others type one command after the other, and SQLite, translated to Go, takes
// many times as long under the race detector.
var raceable = []string{"bus", "files", "serve", "socket"}

// scripts are those that are run.
func scripts() (files []string) {
	for _, name := range raceable {
		files = append(files, filepath.Join("testdata", "script", name+".txtar"))
	}
	if !raced {
		files, _ = filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	}
	return files
}

// The scripts drive the program as it is typed. Beside testscript's own
// commands they have:
//
//	serve NAME ARGS...   starts `verbale serve ARGS` on a free port, waits until
//	                     it answers and sets $NAME_URL
//	end NAME             ends it by SIGTERM and wants exit status 0
//	kill9 NAME           ends it as a power cut would
//	get URL              an HTTP GET; its body goes into the file body
//	take VAR KEY [FILE]  sets $VAR to a field of JSON: the last command's, or a file's
//	postgres             makes an empty PostgreSQL database; $PG_APP and $PG_OWNER
//	                     are its addresses as the two roles
//	call METHOD PATH [BODY]  asks the API of the last server as $TOKEN; its
//	                     answer goes into the file body
//	freeport VAR         sets $VAR to a port that nobody listens on
func TestScripts(t *testing.T) {
	t.Parallel()
	s3 := s3test.Start(t)
	testscript.Run(t, testscript.Params{
		Files:               scripts(),
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Values[serversKey] = map[string]*server{}
			env.Values[testKey] = t
			// An S3 with an empty bucket, for the scripts that say --blobs.
			env.Setenv("VERBALE_S3_ENDPOINT", s3.URL)
			env.Setenv("VERBALE_S3_KEY", s3test.Key)
			env.Setenv("VERBALE_S3_SECRET", s3test.Secret)
			env.Setenv("BUCKET", "s3://"+s3test.Bucket)
			env.Setenv("BUCKET_FOLDER", s3.Folder)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": scriptServe, "end": scriptEnd, "kill9": scriptKill, "get": scriptGet, "take": scriptTake, "call": scriptCall, "postgres": scriptPostgres, "freeport": scriptFreePort,
		},
		Condition: func(condition string) (bool, error) {
			if condition == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("unknown condition")
		},
	})
}

type key string

const (
	serversKey key = "servers"
	testKey    key = "test"
)

func scriptPostgres(ts *testscript.TestScript, neg bool, args []string) {
	owner, application := pgtest.New(ts.Value(testKey).(testing.TB))
	ts.Setenv("PG_OWNER", owner)
	ts.Setenv("PG_APP", application)
}

// server is a `verbale serve` that a script has started.
type server struct {
	command *exec.Cmd
	log     *strings.Builder
	done    chan error
}

var served = regexp.MustCompile(`is at (http\S+)`)

func scriptServe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: serve NAME ARGS...")
	}
	name := args[0]
	program := filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], "verbale")
	s := &server{log: &strings.Builder{}, done: make(chan error, 1)}
	s.command = exec.CommandContext(context.Background(), program, append([]string{"serve", "--listen", "127.0.0.1:0"}, args[1:]...)...)
	s.command.Dir = ts.MkAbs(".")
	s.command.Env = append(os.Environ(), "HOME="+ts.Getenv("HOME"), "PATH="+ts.Getenv("PATH"))
	for _, name := range []string{"VERBALE_S3_ENDPOINT", "VERBALE_S3_KEY", "VERBALE_S3_SECRET"} {
		s.command.Env = append(s.command.Env, name+"="+ts.Getenv(name))
	}
	s.command.Stderr = s.log
	out, err := s.command.StdoutPipe()
	ts.Check(err)
	ts.Check(s.command.Start())

	lines := make(chan string, 64)
	go func() {
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
		close(lines)
		s.done <- s.command.Wait()
	}()
	ts.Defer(func() { s.command.Process.Kill() })
	servers := ts.Value(serversKey).(map[string]*server)
	servers[name] = s
	deadline := time.After(30 * time.Second)
	var said []string
	for {
		select {
		case line, open := <-lines:
			said = append(said, line)
			if found := served.FindStringSubmatch(line); found != nil {
				ts.Setenv(name+"_URL", found[1])
				ts.Setenv("URL", found[1])
			}
			if strings.Contains(line, "/start#") {
				ts.Setenv(name+"_START", strings.TrimSpace(line))
			}
			if !open {
				ts.Fatalf("the server ended:\n%s\n%s", strings.Join(said, "\n"), s.log)
			}
			// The last line says how to end it; all has been said then.
			if strings.HasPrefix(line, "Ctrl-C") {
				go func() {
					for range lines {
					}
				}()
				return
			}
		case <-deadline:
			ts.Fatalf("the server did not start in time:\n%s\n%s", strings.Join(said, "\n"), s.log)
		}
	}
}

func stop(ts *testscript.TestScript, args []string, signal os.Signal) error {
	if len(args) != 1 {
		ts.Fatalf("a server's name is needed")
	}
	s := ts.Value(serversKey).(map[string]*server)[args[0]]
	if s == nil {
		ts.Fatalf("no server %s", args[0])
	}
	ts.Check(s.command.Process.Signal(signal))
	select {
	case err := <-s.done:
		return err
	case <-time.After(30 * time.Second):
		ts.Fatalf("the server did not end")
		return nil
	}
}

func scriptEnd(ts *testscript.TestScript, _ bool, args []string) {
	if err := stop(ts, args, syscall.SIGTERM); err != nil {
		ts.Fatalf("the server ended badly: %v\n%s", err, ts.Value(serversKey).(map[string]*server)[args[0]].log)
	}
}

func scriptKill(ts *testscript.TestScript, _ bool, args []string) {
	if err := stop(ts, args, syscall.SIGKILL); err == nil {
		ts.Fatalf("the server ended before it was killed")
	}
}

func scriptTake(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: take VAR KEY [FILE]")
	}
	from := "stdout"
	if len(args) == 3 {
		from = args[2]
	}
	var object map[string]any
	decoder := json.NewDecoder(strings.NewReader(ts.ReadFile(from)))
	decoder.UseNumber()
	ts.Check(decoder.Decode(&object))
	value, ok := object[args[1]]
	if !ok {
		ts.Fatalf("no field %q", args[1])
	}
	ts.Setenv(args[0], fmt.Sprint(value))
}

func scriptCall(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: call METHOD PATH [BODY]")
	}
	var body io.Reader
	if len(args) > 2 {
		body = strings.NewReader(args[2])
	}
	request, err := http.NewRequest(args[0], ts.Getenv("URL")+args[1], body)
	ts.Check(err)
	request.Header.Set("Authorization", "Bearer "+ts.Getenv("TOKEN"))
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("body"), text, 0o600))
	if (answer.StatusCode < 400) == neg {
		ts.Fatalf("%s %s: status %d: %s", args[0], args[1], answer.StatusCode, text)
	}
}

func scriptFreePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport VAR")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Check(l.Close())
	ts.Setenv(args[0], fmt.Sprint(l.Addr().(*net.TCPAddr).Port))
}

func scriptGet(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: get URL")
	}
	answer, err := http.Get(args[0])
	ts.Check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("body"), body, 0o600))
	ts.Logf("status %d, %d bytes in %s", answer.StatusCode, len(body), filepath.Base("body"))
	if (answer.StatusCode < 400) == neg {
		ts.Fatalf("GET %s: status %d", args[0], answer.StatusCode)
	}
}
