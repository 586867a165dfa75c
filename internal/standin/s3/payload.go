package s3

import (
	"bufio"
	"bytes"
	"crypto/sha1" //nolint:gosec // S3 offers SHA-1 as a checksum of transfers
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// payload reads the object's bytes and its own headers, with the checksum the SDK sent before or, over TLS, behind the
// body ("Checking object integrity", Amazon S3 User Guide). S3 refuses a body that does not match.
func payload(r *http.Request) ([]byte, http.Header, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, nil, badRequest("IncompleteBody", "The body ended early.")
	}
	headers := objectHeaders(r.Header)
	if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		var trailer http.Header
		body, trailer, err = dechunk(body)
		if err != nil {
			return nil, nil, err
		}
		if want := r.Header.Get("X-Amz-Decoded-Content-Length"); want != strconv.Itoa(len(body)) {
			return nil, nil, badRequest("IncompleteBody", "The body is not as long as x-amz-decoded-content-length says.")
		}
		for name, values := range trailer {
			if isChecksum(name) {
				headers[name] = values
			}
		}
	}
	for name, values := range headers {
		if !isChecksum(name) {
			continue
		}
		if err := verify(name, values[0], body); err != nil {
			return nil, nil, err
		}
	}
	return body, headers, nil
}

// dechunk undoes the aws-chunked transfer coding: chunks of "size[;signature]\r\n…\r\n" up to one of size zero, then
// trailers ("Signature calculations: transferring a payload in multiple chunks", Amazon S3 API Reference). Signatures
// are not checked.
func dechunk(coded []byte) ([]byte, http.Header, error) {
	broken := badRequest("IncompleteBody", "The aws-chunked body is malformed.")
	in := bufio.NewReader(bytes.NewReader(coded))
	body := []byte{}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, nil, broken
		}
		digits, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		size, err := strconv.ParseUint(digits, 16, 31)
		if err != nil || size > uint64(len(coded)) {
			return nil, nil, broken
		}
		if size == 0 {
			break
		}
		chunk := make([]byte, size+2)
		if _, err := io.ReadFull(in, chunk); err != nil || !bytes.HasSuffix(chunk, []byte("\r\n")) {
			return nil, nil, broken
		}
		body = append(body, chunk[:size]...)
	}
	trailer := http.Header{}
	for {
		line, err := in.ReadString('\n')
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			trailer.Set(name, strings.TrimSpace(value))
		}
		if err != nil {
			return body, trailer, nil
		}
	}
}

func isChecksum(name string) bool {
	return strings.HasPrefix(name, "X-Amz-Checksum-") && name != "X-Amz-Checksum-Mode" &&
		name != "X-Amz-Checksum-Algorithm" && name != "X-Amz-Checksum-Type"
}

func verify(header, want string, body []byte) error {
	algorithm := strings.ToUpper(strings.TrimPrefix(header, "X-Amz-Checksum-"))
	h := hasher(algorithm)
	if h == nil {
		return notImplemented("the checksum " + algorithm)
	}
	_, _ = h.Write(body) // a hash never fails
	if base64.StdEncoding.EncodeToString(h.Sum(nil)) != want {
		return badRequest("BadDigest", "The "+algorithm+" you specified did not match the calculated checksum.")
	}
	return nil
}

func hasher(algorithm string) hash.Hash {
	switch algorithm {
	case "CRC32":
		return crc32.NewIEEE()
	case "CRC32C":
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case "CRC64NVME":
		return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) // the polynomial of NVMe, bits reversed
	case "SHA1":
		return sha1.New() //nolint:gosec // S3 offers SHA-1 as a checksum of transfers
	case "SHA256":
		return sha256.New()
	default:
		return nil
	}
}
