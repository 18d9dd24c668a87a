package e2e

import (
	"os"
	"slices"
	"testing"

	"verbale/internal/store/storetest"
)

// engine gives the environment in which a command finds the database that
// belongs to its data directory, where the run is about PostgreSQL.
func engine(t testing.TB, args []string) []string {
	t.Helper()
	at := slices.Index(args, "--data")
	if !storetest.OnPostgres() || at < 0 || at+1 >= len(args) {
		return os.Environ()
	}
	owner, application := storetest.Database(t, args[at+1])
	return append(os.Environ(), "VERBALE_DATABASE="+application, "VERBALE_DATABASE_OWNER="+owner)
}
