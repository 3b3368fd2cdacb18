package disk_test

import (
	"testing"

	"lanyard/store/disk"
)

func TestKindsOfFileSystems(t *testing.T) {
	t.Parallel()
	for magic, want := range map[uint32]string{
		0x6969: "nfs", 0x517b: "smb", 0xff534d42: "cifs", 0xfe534d42: "cifs", 0x01021997: "9p",
		0x5346414f: "afs", 0x6b414653: "afs", 0x73757245: "coda", 0x00c36400: "ceph",
		0x0bd00bd0: "lustre", 0x47504653: "gpfs", 0x786f4256: "vboxsf",
		// ext4, tmpfs, btrfs, overlay, xfs
		0xef53: "", 0x01021994: "", 0x9123683e: "", 0x794c7630: "", 0x58465342: "",
	} {
		if got := disk.NetworkKind(magic); got != want {
			t.Errorf("%#x is %q, not %q", magic, got, want)
		}
	}
}

func TestFUSEByItsSubtype(t *testing.T) {
	t.Parallel()
	mounts := "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n" +
		"90 22 0:51 / /home/ana/far rw,nosuid master:7 propagate_from:2 - " +
		"fuse.sshfs host:/ rw,user_id=1000\n" +
		"91 22 0:5 / /home/ana/safe rw - fuse.gocryptfs /home/ana/cipher rw\n"
	for device, want := range map[string]string{
		"0:51": "fuse.sshfs", "0:5": "fuse.gocryptfs", "8:1": "ext4", "0:99": "",
	} {
		if got := disk.FSTypeOf(mounts, device); got != want {
			t.Errorf("%s is %q, not %q", device, got, want)
		}
	}
	for fstype, want := range map[string]bool{
		"fuse.sshfs": true, "fuse.rclone": true, "fuse.glusterfs": true,
		"fuse.gocryptfs": false, "fuseblk": false, "": false,
	} {
		if disk.NetworkFUSE(fstype) != want {
			t.Errorf("%q: not %v", fstype, want)
		}
	}
}
