package workflow_test

import (
	"testing"
	"time"

	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

func load(t testing.TB) *workflow.Packs {
	t.Helper()
	p, err := workflow.Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoadShipped(t *testing.T) {
	t.Parallel()
	load(t)
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := workflow.Load(workflows.FS, time.Now); err != nil {
			b.Fatal(err)
		}
	}
}
