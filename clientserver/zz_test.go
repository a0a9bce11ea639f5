package clientserver
import ("testing";"time";"versus/sim";"runtime")
func TestZZ(t *testing.T){
 for _,n:=range []int{40,300,1000}{
 size:=4<<20; if n==40 {size=16<<20}
 c := crowd{clients: n, security: securityNone, size: size,
	link:   sim.Link{Uplink: 20 * mbit, Downlink: 100 * mbit, Delay: 5 * time.Millisecond},
	server: sim.Link{Uplink: 100 * mbit, Downlink: 100 * mbit, Delay: 5 * time.Millisecond}}
 s:=time.Now(); g:=c.run(); var ms runtime.MemStats; runtime.ReadMemStats(&ms)
 t.Log(n, g.err, g.makespan, g.makespan.Seconds()/(float64(n*size)*8/100e6), time.Since(s), ms.Sys>>20, g.seen.kinds)
 }
}
