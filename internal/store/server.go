package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/time/rate"

	"verbale/internal/problem"
	"verbale/internal/seal"
)

const databaseFile = "verbale.db"

// Options are what a server's caller may hook in.
type Options struct {
	Committed func(tenant string, seq int64)                     // after a commit that entered something, in order
	Observe   func(commands int, commit time.Duration)           // each commit, for metrics
	Waited    func(time.Duration)                                // each command, when its batch begins, for metrics
	Clock     func() time.Time                                   // what the register's times are taken from; time.Now if nil
	Opened    func(ctx context.Context, t *Tenant) (stop func()) // a company was opened: start its followers; stop is called before it closes

	// Database is a PostgreSQL address as the application's role; empty for
	// SQLite in the data directory. Owner is the same as the role that owns
	// the tables, if the schema is to be brought up to date.
	Database, Owner string

	Node string // this node's name among those that share a database; made up if empty
}

// Server is a data directory: the companies in it, each with its own database,
// and a small one that knows names and hosts and no content. Only one process
// may hold it.
type Server struct {
	dir  string
	root *seal.Root
	opts Options
	lock *os.File

	engine engine
	ending context.CancelFunc // of the lookout
	work   sync.WaitGroup     // the lookout, and the closing of companies that have moved

	mu      sync.Mutex
	tenants map[string]*opened // guarded by mu
	hosts   map[string]string  // host name to company; guarded by mu
	names   []string           // sorted; guarded by mu
	closed  bool               // guarded by mu

	loading sync.Mutex    // held while the catalogue is asked, so that no older answer comes last
	asked   time.Time     // when it was last begun to be asked; guarded by loading
	looks   *rate.Limiter // how often strangers may have it asked
}

type opened struct {
	tenant *Tenant
	stop   func()
}

// Problems of a data directory and of companies' names.
var (
	ErrLocked    = problem.New(problem.Unavailable, "store.locked", "Another Verbale server uses this data directory. Stop it first, or choose another directory with --data.")
	ErrNoCompany = problem.New(problem.NotFound, "company.not_found", "There is no such company on this server.")
	ErrNameTaken = problem.New(problem.Conflict, "company.exists", "There is a company of that name already.")
	ErrHostTaken = problem.New(problem.Conflict, "company.host_taken", "Another company has that host name.")
	ErrBadName   = problem.New(problem.Invalid, "company.bad_name", "A company's short name has 1 to 40 lower-case letters, digits and hyphens, and begins with a letter.")
	ErrBadHost   = problem.New(problem.Invalid, "company.bad_host", "A host name has letters, digits, dots and hyphens, with no port.")
	validName    = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$`)
	validHost    = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)
)

// OpenServer opens a data directory, making it if it is not there.
func OpenServer(ctx context.Context, dir string, opts Options) (*Server, error) {
	if err := os.MkdirAll(filepath.Join(dir, "tenants"), 0o700); err != nil {
		return nil, refuse("store.read_only", fmt.Sprintf("The data directory %s cannot be made or written. Choose another with --data, or give the server's user the right to write there.", dir), err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, opts: opts, lock: lock, tenants: map[string]*opened{}, hosts: map[string]string{}, looks: rate.NewLimiter(1, 3)}
	if err := s.open(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) open(ctx context.Context) (err error) {
	if s.root, err = seal.LoadRoot(filepath.Join(s.dir, "root.key")); err != nil {
		return err
	}
	if s.opts.Node == "" {
		s.opts.Node = rand.Text() // not the machine's name: two nodes may run on one, and what holds a lease is a process
	}
	if s.engine, err = openEngine(ctx, s.dir, s.opts, s.root); err != nil {
		return err
	}
	if err := s.load(ctx); err != nil {
		return err
	}
	ctx, s.ending = context.WithCancel(context.WithoutCancel(ctx))
	s.work.Go(func() { s.engine.lookout(ctx, func(heads []TenantHead) { s.told(ctx, heads) }) })
	return nil
}

// told hears what other nodes have done: companies and hosts that are new, and
// registers that have grown.
func (s *Server) told(ctx context.Context, heads []TenantHead) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.load(limited); err != nil {
		return // the lookout says so; the next second tells again
	}
	for _, h := range heads {
		s.mu.Lock()
		o := s.tenants[h.Tenant]
		s.mu.Unlock()
		if o != nil {
			o.tenant.Heard(ctx, h.Size) // what fails is heard again in a second
		}
	}
}

// Shared says that other nodes may work on the same companies.
func (s *Server) Shared() bool { return s.engine.shared() }

func (s *Server) load(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	return s.ask(ctx)
}

// ask reads the catalogue; loading is held.
func (s *Server) ask(ctx context.Context) error {
	s.asked = time.Now()
	names, hosts, err := s.engine.catalog().load(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names, s.hosts = names, hosts
	for name := range s.tenants {
		if _, there := slices.BinarySearch(names, name); !there { // it has moved elsewhere
			s.let(name)
		}
	}
	return nil
}

// let closes a company that is open, in the background; the caller holds mu.
// What it gives is closed when that is done.
func (s *Server) let(name string) <-chan struct{} {
	done := make(chan struct{})
	o := s.tenants[name]
	delete(s.tenants, name)
	if o == nil || s.closed {
		close(done)
		return done
	}
	s.work.Go(func() {
		defer close(done)
		o.stop()
		o.tenant.close()
	})
	return done
}

// lockDir makes sure that no other process uses the directory. The kernel
// drops the lock with the process, so a crash leaves nothing to clean up.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, refuse("store.read_only", fmt.Sprintf("The data directory %s cannot be written. Choose another with --data, or give the server's user the right to write there.", dir), err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, ErrLocked
	}
	return f, nil
}

// Dir is the data directory.
func (s *Server) Dir() string { return s.dir }

// Root is the key that wraps every company's keys.
func (s *Server) Root() *seal.Root { return s.root }

// Tenants gives the companies' names in order.
func (s *Server) Tenants() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.names...)
}

// ByHost gives the company that has claimed a host name, or "".
func (s *Server) ByHost(host string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hosts[strings.ToLower(strings.TrimSuffix(host, "."))]
}

// Hosts gives the host names that companies have claimed.
func (s *Server) Hosts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for h := range s.hosts {
		out = append(out, h)
	}
	sort.Strings(out)
	return out
}

// CreateTenant makes a company's database, empty, and opens it.
func (s *Server) CreateTenant(ctx context.Context, name, host string) (*Tenant, error) {
	host = strings.ToLower(host)
	switch {
	case !validName.MatchString(name):
		return nil, ErrBadName
	case host != "" && !validHost.MatchString(host):
		return nil, ErrBadHost
	case host != "" && s.ByHost(host) != "":
		return nil, ErrHostTaken
	}
	if s.Shared() {
		if _, err := s.engine.catalog().id(ctx, name); err == nil {
			return nil, ErrNameTaken
		}
	} else if err := os.Mkdir(s.tenantDir(name), 0o700); errors.Is(err, os.ErrExist) {
		// An empty directory is what a crash right here leaves.
		if there, readErr := os.ReadDir(s.tenantDir(name)); readErr != nil || len(there) > 0 {
			return nil, ErrNameTaken
		}
	} else if err != nil {
		return nil, refuse("store.read_only", "The data directory cannot be written.", err)
	}
	if host == "" {
		return s.Adopt(ctx, name)
	}
	t, err := s.Adopt(ctx, name, host)
	if err == nil && s.ByHost(host) != name {
		err = ErrHostTaken // in this moment, on another node
	}
	return t, err
}

// Vacant says that nobody lives here yet: there is no company, or only the one
// given, which a crash left without its first entry.
func (s *Server) Vacant(ctx context.Context) (left *Tenant, vacant bool, err error) {
	switch names := s.Tenants(); len(names) {
	case 0:
		return nil, true, nil
	case 1:
		left, err = s.Tenant(ctx, names[0])
		return left, err == nil && left.Head().Size == 0, err
	}
	return nil, false, nil
}

// NameFor makes a short name from a company's title: "Rossi & Figli S.r.l."
// gives rossi-figli-s-r-l.
func NameFor(title string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(title)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // the accent of the letter before
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == 40 {
			break
		}
	}
	if name := strings.Trim(b.String(), "-"); validName.MatchString(name) {
		return name
	}
	return "company"
}

// Adopt registers a company whose directory is already in place, as a restored
// backup is, and opens it.
// Host names that another company has are left to it.
func (s *Server) Adopt(ctx context.Context, name string, hosts ...string) (*Tenant, error) {
	if !validName.MatchString(name) {
		return nil, ErrBadName
	}
	if err := s.engine.catalog().add(ctx, name, hosts); err != nil {
		return nil, err
	}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	return s.Tenant(ctx, name)
}

func (s *Server) tenantDir(name string) string { return filepath.Join(s.dir, "tenants", name) }

// Meet looks the catalogue up again if neither the host nor the company, each
// of which may be empty, is known here: another node may just have made it.
// Strangers can name what is not there as often as they like, so it is asked
// once a second on the whole (three times at once at the most), and who comes while it is asked shares the
// answer. What is missed is heard of within a second all the same.
func (s *Server) Meet(ctx context.Context, host, company string) {
	if !s.Shared() || s.knows(host, company) {
		return
	}
	came := time.Now()
	s.loading.Lock()
	defer s.loading.Unlock()
	if s.asked.After(came) || !s.looks.Allow() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookoutEvery)
	defer cancel()
	s.ask(ctx) // what fails, the lookout says and tries again
}

func (s *Server) knows(host, company string) bool {
	if s.ByHost(host) != "" {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.has(company)
}

// has says whether a company is known; mu is held.
func (s *Server) has(company string) bool {
	_, found := slices.BinarySearch(s.names, company)
	return found
}

// Tenant opens a company, or gives it as it is open.
func (s *Server) Tenant(ctx context.Context, name string) (*Tenant, error) {
	s.Meet(ctx, "", name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, ok := s.tenants[name]; ok {
		return o.tenant, nil
	}
	if s.closed {
		return nil, errClosed
	}
	if !s.has(name) {
		return nil, ErrNoCompany
	}
	t, err := openTenant(ctx, s.engine, name, s.tenantDir(name), s.root, s.opts)
	if err != nil {
		return nil, err
	}
	o := &opened{tenant: t, stop: func() {}}
	if s.opts.Opened != nil {
		o.stop = s.opts.Opened(context.WithoutCancel(ctx), t)
	}
	s.tenants[name] = o
	return t, nil
}

// Close stops followers and writers, and gives the directory free.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	open := s.tenants
	s.tenants = map[string]*opened{}
	s.mu.Unlock()
	if s.ending != nil {
		s.ending()
		s.work.Wait()
	}
	for _, o := range open {
		o.stop()
		o.tenant.close()
	}
	if s.engine != nil {
		s.engine.close()
	}
	return s.lock.Close()
}
