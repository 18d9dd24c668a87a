package blob

import (
	"crypto/sha256"
	"strings"
	"testing"

	"verbale/internal/problem"
)

func TestSumsAreParsedStrictly(t *testing.T) {
	t.Parallel()
	sum := Sum(sha256.Sum256([]byte("x")))
	if got, err := ParseSum(sum.String()); err != nil || got != sum {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"", "00", sum.String() + "00", "../" + sum.String()[3:], strings.Repeat("g", 64)} {
		if _, err := ParseSum(bad); problem.Of(err) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func BenchmarkPut(b *testing.B) {
	d := openDisk(b, b.TempDir(), keysOf(b, "acme"))
	for name, size := range map[string]int{"100KB": 100_000, "8MB": 8 << 20} {
		b.Run(name, func(b *testing.B) {
			c := contents(size, 1)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				put(b, d, c)
			}
		})
	}
}
