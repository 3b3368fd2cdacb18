package disk

// The functions that identify file systems.
var (
	NetworkKind = networkKind
	NetworkFUSE = networkFUSE
	FSTypeOf    = fstypeOf
)
