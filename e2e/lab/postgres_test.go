package lab_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"verbale/e2e/lab"
)

// counter writes rows, one after the other, as any client of PostgreSQL does
// that connects again when it has to. It keeps which were acknowledged.
type counter struct {
	mu    sync.Mutex
	acked []int
}

func (c *counter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.acked)
}

func newCounter(t testing.TB, pg *lab.Postgres) *counter {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), pg.OwnerURL)
	if err == nil {
		_, err = conn.Exec(t.Context(), `CREATE TABLE word (n int PRIMARY KEY); GRANT SELECT, INSERT ON word TO app`)
	}
	if err != nil {
		t.Fatal(err)
	}
	conn.Close(t.Context())
	return &counter{}
}

func (c *counter) write(t testing.TB, url string) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		var conn *pgx.Conn
		for n := 1; ctx.Err() == nil; n++ {
			within, end := context.WithTimeout(ctx, 2*time.Second)
			var err error
			if conn == nil {
				conn, err = pgx.Connect(within, url)
			}
			if err == nil {
				_, err = conn.Exec(within, `INSERT INTO word VALUES ($1)`, n)
			}
			end()
			if err == nil {
				c.mu.Lock()
				c.acked = append(c.acked, n)
				c.mu.Unlock()
			} else if conn != nil {
				conn.Close(context.Background())
				conn = nil
			}
		}
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// mustHold wants every acknowledged row to be there.
func (c *counter) mustHold(t testing.TB, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `SELECT n FROM word`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		t.Fatal(err)
	}
	there := map[int]bool{}
	for _, n := range all {
		there[n] = true
	}
	lost := 0
	for _, n := range c.acked {
		if !there[n] {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d acknowledged rows are gone", lost, len(c.acked))
	}
	t.Logf("%d rows were acknowledged, %d are there", len(c.acked), len(all))
}

func TestAPrimaryThatIsKilledTakesNoAcknowledgedRowWithIt(t *testing.T) {
	t.Parallel()
	l := lab.New(t)
	pg := l.Postgres(l.Host("pg1"), l.Host("pg2"))
	c := newCounter(t, pg)
	stop := c.write(t, pg.AppURL)
	for range 2 {
		flows(t, c)
		pg.Failover(t)
		flows(t, c)
		pg.Rejoin(t)
	}
	flows(t, c)
	stop()
	c.mustHold(t, pg.AppURL)
}

// TestAPrimaryThatIsCutOffAcknowledgesNothing shows that the standby is waited
// for: while it hears nothing no row is acknowledged, and so none is lost when
// it takes over.
func TestAPrimaryThatIsCutOffAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	l := lab.New(t)
	pg := l.Postgres(l.Host("pg1"), l.Host("pg2"))
	c := newCounter(t, pg)
	stop := c.write(t, pg.AppURL)
	flows(t, c)
	l.Cut(pg.PrimaryHost(), pg.StandbyHost())
	<-time.After(200 * time.Millisecond) // what was on its way is there
	before := c.count()
	<-time.After(3 * time.Second)
	if n := c.count(); n != before {
		t.Errorf("%d rows were acknowledged that only the primary has", n-before)
	}
	pg.Failover(t)
	l.Heal()
	flows(t, c)
	stop()
	c.mustHold(t, pg.AppURL)
}

func flows(t testing.TB, c *counter) {
	t.Helper()
	from := c.count()
	lab.Until(t, time.Minute, "rows are acknowledged", func() bool { return c.count() >= from+50 })
}
