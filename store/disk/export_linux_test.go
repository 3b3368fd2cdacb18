package disk

// What tells file systems apart.
var (
	NetworkKind = networkKind
	NetworkFUSE = networkFUSE
	FSTypeOf    = fstypeOf
)
