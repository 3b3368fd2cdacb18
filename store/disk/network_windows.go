package disk

import (
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// Network returns the kind of the network file system that holds the directory dir, or "" for a
// local one. It fails if dir cannot be examined.
func Network(dir string) (string, error) {
	volume := filepath.VolumeName(dir)
	device := strings.HasPrefix(volume, `\\?\`) || strings.HasPrefix(volume, `\\.\`)
	if strings.HasPrefix(volume, `\\`) && !device {
		return "a share", nil
	}
	root, err := windows.UTF16PtrFromString(volume + `\`)
	if err != nil {
		return "", err
	}
	if windows.GetDriveType(root) == windows.DRIVE_REMOTE {
		return "a network drive", nil
	}
	return "", nil
}
