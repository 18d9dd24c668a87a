package lab_test

import (
	"testing"

	"verbale/e2e/lab"
)

func TestMain(m *testing.M) { lab.Main(m) }
