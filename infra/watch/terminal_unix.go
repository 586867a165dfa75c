//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package watch

import (
	"os"
	"syscall"
	"unsafe"
)

// columns is how wide the terminal behind a file is; 0 where there is none. The standard library has no call for it.
func columns(file *os.File) int {
	var size struct{ rows, columns, x, y uint16 }
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size))) //nolint:gosec // the ioctl fills the struct
	if errno != 0 {
		return 0
	}
	return int(size.columns)
}
