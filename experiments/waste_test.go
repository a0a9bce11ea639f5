package experiments_test

import (
	"fmt"
	"os"
	"runtime/pprof"
	"strings"
	"testing"
)

func TestVar(t *testing.T) {
	sets := strings.Split(os.Getenv("SETS"), ";")
	if sets[0] == "" {
		sets = nil
	}
	s := load(t, "open-swarm", 1, sets...)
	f, _ := os.Create("/tmp/qs.prof")
	pprof.StartCPUProfile(f)
	tr := run(t, s)
	pprof.StopCPUProfile()
	w := s.Workload.Requests.For.Seconds()
	a := observe(tr, w/3, w)
	m := model(s, 1)
	m.Arrivals = a.lambda
	st, _ := m.Steady()
	fmt.Printf("%+v\n model %+v\n overhead %.3f wasted %.3f wall %.1f first %v completion %v\n", a, st, *tr.Summary.OverheadRatio, float64(tr.Summary.WastedBytes)/float64(tr.Timeline[len(tr.Timeline)-1].DeliveredBytes), tr.WallS, *tr.Summary.FirstByteS.P50, *tr.Summary.CompletionS.P50)
}
