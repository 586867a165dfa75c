package s3

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // S3 offers SHA-1 as a checksum of transfers
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// objectLimit keeps everything in memory; it is ours alone.
const objectLimit = 10 << 20

func tooLarge() error {
	return badRequest("EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size of the stand-in, 10 MB.")
}

// payload reads the object's bytes and its own headers, with the checksum the SDK sent before or, over TLS, behind the
// body ("Checking object integrity", Amazon S3 User Guide). S3 refuses a body that does not match.
func payload(r *http.Request) ([]byte, http.Header, error) {
	if r.ContentLength > objectLimit {
		return nil, nil, tooLarge()
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, objectLimit+1))
	if err != nil {
		return nil, nil, badRequest("IncompleteBody", "The body ended early.")
	}
	if len(body) > objectLimit {
		return nil, nil, tooLarge()
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
		maps.Copy(headers, trailer)
	}
	return body, headers, verify(headers, body)
}

// dechunk undoes the aws-chunked transfer coding: chunks of "size[;signature]\r\n…\r\n" up to one of size zero, then
// trailers ("Signature calculations: transferring a payload in multiple chunks", Amazon S3 API Reference). Signatures
// are not checked.
func dechunk(coded []byte) (body []byte, checksums http.Header, err error) {
	body = []byte{}
	for {
		line, rest, _ := bytes.Cut(coded, []byte("\r\n"))
		digits, _, _ := strings.Cut(string(line), ";")
		size, err := strconv.ParseUint(digits, 16, 31)
		if err == nil && size == 0 {
			return body, trailer(rest), nil
		}
		end := int(size)
		if err != nil || len(rest) < end+2 || string(rest[end:end+2]) != "\r\n" {
			return nil, nil, badRequest("IncompleteBody", "The aws-chunked body is malformed.")
		}
		body, coded = append(body, rest[:end]...), rest[end+2:]
	}
}

func trailer(text []byte) http.Header {
	checksums := http.Header{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name = http.CanonicalHeaderKey(name); isChecksum(name) {
			checksums.Set(name, strings.TrimSpace(value))
		}
	}
	return checksums
}

func isChecksum(name string) bool {
	return strings.HasPrefix(name, "X-Amz-Checksum-") && name != "X-Amz-Checksum-Mode" &&
		name != "X-Amz-Checksum-Algorithm" && name != "X-Amz-Checksum-Type"
}

func verify(headers http.Header, body []byte) error {
	for header := range headers {
		if !isChecksum(header) {
			continue
		}
		algorithm := strings.ToUpper(strings.TrimPrefix(header, "X-Amz-Checksum-"))
		h := hasher(algorithm)
		if h == nil {
			return notImplemented("the checksum " + algorithm)
		}
		_, _ = h.Write(body) // a hash never fails
		if base64.StdEncoding.EncodeToString(h.Sum(nil)) != headers.Get(header) {
			return badRequest("BadDigest", "The "+algorithm+" you specified did not match the calculated checksum.")
		}
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
