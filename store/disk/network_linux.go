package disk

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// magicFUSE is a file system in user space: its subtype names the real one.
const magicFUSE = unix.FUSE_SUPER_MAGIC

// networkKind names the network file system that a magic number of statfs(2) stands for; "" for a
// local one. Numbers that x/sys does not have are from the headers of those file systems.
func networkKind(magic uint32) string {
	switch magic {
	case unix.NFS_SUPER_MAGIC:
		return "nfs"
	case unix.SMB_SUPER_MAGIC:
		return "smb"
	case 0xff534d42, 0xfe534d42: // SMB 1, and SMB 2 and 3
		return "cifs"
	case unix.V9FS_MAGIC:
		return "9p"
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "afs"
	case unix.CODA_SUPER_MAGIC:
		return "coda"
	case unix.CEPH_SUPER_MAGIC:
		return "ceph"
	case 0x0bd00bd0:
		return "lustre"
	case 0x47504653:
		return "gpfs"
	case 0x786f4256: // folders of a VirtualBox host, which cannot map a file as shared
		return "vboxsf"
	}
	return ""
}

// networkFUSE reports whether a type of FUSE, such as fuse.sshfs, has its files on other machines.
func networkFUSE(fstype string) bool {
	for _, part := range []string{
		"sshfs", "gluster", "s3", "rclone", "gcsfuse", "dav", "ftp", "smb", "nfs", "ceph",
		"juicefs", "moosefs", "mfs", "seaweed", "goofys", "gvfsd", "blobfuse",
	} {
		if strings.Contains(fstype, part) {
			return true
		}
	}
	return false
}

// Network returns the kind of the network file system that holds the directory dir, or "" for a
// local one. The kind comes from the magic number of statfs(2), and for FUSE from the type in
// proc_pid_mountinfo(5). Network fails if dir cannot be examined.
func Network(dir string) (string, error) {
	var fs unix.Statfs_t
	for {
		err := unix.Statfs(dir, &fs)
		if err == nil {
			break
		}
		if !errors.Is(err, unix.EINTR) {
			return "", &os.PathError{Op: "statfs", Path: dir, Err: err}
		}
	}
	magic := uint32(fs.Type) //nolint:gosec // has 32 bits; the type of the field differs
	if magic != magicFUSE {
		return networkKind(magic), nil
	}
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		return "", &os.PathError{Op: "stat", Path: dir, Err: err}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", nil //nolint:nilerr // without /proc it is unknown; most FUSE is local
	}
	dev := uint64(st.Dev) //nolint:unconvert // 32 bits on some machines
	fstype := fstypeOf(string(mounts), fmt.Sprintf("%d:%d", unix.Major(dev), unix.Minor(dev)))
	if networkFUSE(fstype) {
		return fstype, nil
	}
	return "", nil
}

// fstypeOf finds the type of a device (major:minor), such as fuse.sshfs, in the text of
// proc_pid_mountinfo(5); "" if it is not there.
func fstypeOf(mounts, device string) string {
	for line := range strings.Lines(mounts) {
		front, back, ok := strings.Cut(line, " - ")
		before, after := strings.Fields(front), strings.Fields(back)
		if ok && len(before) > 2 && len(after) > 0 && before[2] == device {
			return after[0]
		}
	}
	return ""
}
