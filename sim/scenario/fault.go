package scenario

// Actions of a fault, each with the inverse that ends it.
const (
	Kill       = "kill"       // the process dies; restart
	PowerOff   = "poweroff"   // silence; restart
	Leave      = "leave"      // a goodbye, then it stops; restart
	Pause      = "pause"      // the process is stopped where it is; resume
	Partition  = "partition"  // packets between sides are lost; heal
	Degrade    = "degrade"    // a worse link; restore
	Slow       = "slow"       // both rates divided by a factor; restore
	Disconnect = "disconnect" // the connections of a pair are reset; no inverse
	Corrupt    = "corrupt"    // a share of the pieces served is wrong; cure
	FreeRide   = "free-ride"  // downloads, uploads nothing; share
	Wipe       = "wipe"       // its disk is erased; it restarts without its pieces
	Restart    = "restart"
	Resume     = "resume"
	Heal       = "heal"
	Restore    = "restore"
	Cure       = "cure"
	Share      = "share"
)
