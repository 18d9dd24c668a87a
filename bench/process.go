package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server of the bench's own, apart from it, so that what it uses
// can be told from what the load uses. The zero pid is a server elsewhere.
type process struct {
	program string
	data    string

	database, databaseOwner string // PostgreSQL, if that is to be measured

	url     string
	command *exec.Cmd
	log     bytes.Buffer
}

// start starts a server and waits for its first answer.
func (p *process) start(ctx context.Context) (took time.Duration, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free
	if err != nil {
		return 0, err
	}
	address := listener.Addr().String()
	listener.Close()
	p.url = "http://" + address
	p.command = exec.CommandContext(ctx, p.program, "serve", "--listen", address, "--data", p.data,
		"--limits-address", "1000000", "--limits-person", "1000000", "--log-level", "warn")
	p.command.Dir = filepath.Dir(p.data) // not where somebody's verbale.toml is
	p.command.Env = p.environment()
	p.command.Stderr = &p.log
	p.command.Cancel = func() error { return p.command.Process.Signal(syscall.SIGTERM) }
	p.command.WaitDelay = 15 * time.Second
	began := time.Now()
	if err := p.command.Start(); err != nil {
		return 0, err
	}
	for time.Since(began) < 20*time.Second && ctx.Err() == nil {
		answer, err := http.Get(p.url + "/api/v1/hello")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return time.Since(began), nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	p.stop()
	return 0, fmt.Errorf("the server did not answer: %s", p.log.String())
}

// ready waits until every company is open.
func (p *process) ready(ctx context.Context) error {
	answer, err := http.Get(p.url + "/readyz") // which opens them
	if err != nil {
		return err
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the server is not ready: %s", p.log.String())
	}
	return ctx.Err()
}

func (p *process) stop() {
	if p.command == nil {
		return
	}
	p.command.Process.Signal(syscall.SIGTERM)
	p.command.Wait()
	p.command = nil
}

// again starts the server anew, so that one measurement's memory is not
// another's.
func (p *process) again(ctx context.Context) error {
	if p.command == nil {
		return nil
	}
	p.stop()
	_, err := p.start(ctx)
	return err
}

// run runs the program on the data directory and decodes what it prints.
func (p *process) run(ctx context.Context, into any, args ...string) error {
	command := exec.CommandContext(ctx, p.program, append(args, "--json", "--data", p.data)...)
	command.Dir = filepath.Dir(p.data)
	command.Env = p.environment()
	out, err := command.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return fmt.Errorf("verbale %s: %s", strings.Join(args, " "), failed.Stderr)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(out, into)
}

// environment names the database to measure.
func (p *process) environment() []string {
	return append(os.Environ(), "VERBALE_DATABASE="+p.database, "VERBALE_DATABASE_OWNER="+p.databaseOwner)
}

// ticks is how finely Linux counts processor time, a second.
const ticks = 100

// cpu is the processor time that the server has used; 0 if it is elsewhere.
func (p *process) cpu() time.Duration {
	stat := p.proc("stat")
	// The name, in parentheses, may have spaces in it.
	fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticks
}

// memory is what the server holds of it, in MiB; 0 if it is elsewhere.
func (p *process) memory() float64 {
	for line := range strings.Lines(p.proc("status")) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024
		}
	}
	return 0
}

func (p *process) proc(file string) string {
	if p.command == nil {
		return ""
	}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p.command.Process.Pid, file))
	return string(text)
}
