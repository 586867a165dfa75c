package asl

import (
	"crypto/md5"  //nolint:gosec // States.Hash offers it; nothing is protected by it here
	"crypto/sha1" //nolint:gosec // States.Hash offers it; nothing is protected by it here
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode/utf8"
)

// function is an intrinsic function: how many arguments it takes and what it does.
// https://states-language.net/spec.html#appendix-b
type function struct {
	min, max int
	apply    func(s *scope, args []any) (any, error)
}

const unlimited = math.MaxInt

// intrinsic is the function of that name, or nil.
func intrinsic(name string) *function {
	switch name {
	case "States.Format":
		return &function{1, unlimited, formatText}
	case "States.StringToJson":
		return &function{1, 1, stringToJSON}
	case "States.JsonToString":
		return &function{1, 1, func(_ *scope, a []any) (any, error) { return string(appendJSON(nil, a[0])), nil }}
	case "States.JsonMerge":
		return &function{3, 3, jsonMerge}
	case "States.StringSplit":
		return &function{2, 2, stringSplit}
	case "States.Base64Encode":
		return &function{1, 1, base64Encode}
	case "States.Base64Decode":
		return &function{1, 1, base64Decode}
	case "States.Hash":
		return &function{2, 2, hashOf}
	case "States.MathAdd":
		return &function{2, 2, mathAdd}
	case "States.MathRandom":
		return &function{2, 3, mathRandom}
	case "States.UUID":
		return &function{0, 0, newUUID}
	}
	return arrayIntrinsic(name)
}

func arrayIntrinsic(name string) *function {
	switch name {
	case "States.Array":
		return &function{0, unlimited, func(_ *scope, a []any) (any, error) { return a, nil }}
	case "States.ArrayPartition":
		return &function{2, 2, arrayPartition}
	case "States.ArrayContains":
		return &function{2, 2, arrayContains}
	case "States.ArrayRange":
		return &function{3, 3, arrayRange}
	case "States.ArrayGetItem":
		return &function{2, 2, arrayGetItem}
	case "States.ArrayLength":
		return &function{1, 1, arrayLength}
	case "States.ArrayUnique":
		return &function{1, 1, arrayUnique}
	default:
		return nil
	}
}

// formatText replaces each {} by the next argument. AWS also formats objects and arrays, in Java's notation; the
// specification forbids them and so does this.
func formatText(_ *scope, args []any) (any, error) {
	template, err := asString(args[0])
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	args = args[1:]
	for i := 0; i < len(template); i++ {
		switch {
		case template[i] == '\\' && i+1 < len(template):
			i++
			out.WriteByte(template[i])
		case strings.HasPrefix(template[i:], "{}"):
			i++
			if len(args) == 0 {
				return nil, errors.New("more {} than arguments")
			}
			switch v := args[0].(type) {
			case string:
				out.WriteString(v)
			case []any, *object:
				return nil, errors.New("arrays and objects cannot be formatted")
			default:
				out.Write(appendJSON(nil, v))
			}
			args = args[1:]
		default:
			out.WriteByte(template[i])
		}
	}
	if len(args) > 0 {
		return nil, errors.New("more arguments than {}")
	}
	return out.String(), nil
}

// stringToJSON turns blank text into null, as AWS was recorded to do (localstack snapshot test_string_to_json).
func stringToJSON(_ *scope, args []any) (any, error) {
	text, err := asString(args[0])
	if err != nil || strings.TrimSpace(text) == "" {
		return nil, err
	}
	d, err := parseDocument([]byte(text))
	if err != nil {
		return nil, err
	}
	return d.tree(), nil
}

// jsonMerge is shallow: AWS supports nothing else and wants the third argument to be false.
func jsonMerge(_ *scope, args []any) (any, error) {
	first, ok1 := args[0].(*object)
	second, ok2 := args[1].(*object)
	if !ok1 || !ok2 {
		return nil, errors.New("the first two arguments must be objects")
	}
	if args[2] != false {
		return nil, errors.New("the third argument must be false: only shallow merging is supported")
	}
	merged := &object{}
	for _, f := range append(append([]field{}, first.fields...), second.fields...) {
		merged.set(f.name, f.value)
	}
	return merged, nil
}

// stringSplit takes every character of its second argument as a delimiter and drops empty parts, as AWS was recorded to do
// (localstack snapshot test_string_split).
func stringSplit(_ *scope, args []any) (any, error) {
	text, err1 := asString(args[0])
	delimiters, err2 := asString(args[1])
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	list := []any{}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(delimiters, r) }) {
		list = append(list, part)
	}
	return list, nil
}

const maxEncoded = 10_000 // characters, says the specification

func base64Encode(_ *scope, args []any) (any, error) {
	text, err := asString(args[0])
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(text) > maxEncoded {
		return nil, fmt.Errorf("more than %d characters", maxEncoded)
	}
	return base64.StdEncoding.EncodeToString([]byte(text)), nil
}

func base64Decode(_ *scope, args []any) (any, error) {
	text, err := asString(args[0])
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(text) > maxEncoded {
		return nil, fmt.Errorf("more than %d characters", maxEncoded)
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err == nil && !utf8.Valid(data) {
		err = errors.New("what was decoded is not UTF-8")
	}
	return string(data), err
}

func hashOf(_ *scope, args []any) (any, error) {
	text, isText := args[0].(string)
	if !isText {
		text = string(appendJSON(nil, args[0]))
	}
	if utf8.RuneCountInString(text) > maxEncoded {
		return nil, fmt.Errorf("more than %d characters", maxEncoded)
	}
	var h hash.Hash
	switch args[1] {
	case "MD5":
		h = md5.New() //nolint:gosec // see the import
	case "SHA-1":
		h = sha1.New() //nolint:gosec // see the import
	case "SHA-256":
		h = sha256.New()
	case "SHA-384":
		h = sha512.New384()
	case "SHA-512":
		h = sha512.New()
	default:
		return nil, errors.New("the algorithm must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512")
	}
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil)), nil
}

func mathAdd(_ *scope, args []any) (any, error) {
	n, err := asIntegers(args)
	if err != nil {
		return nil, err
	}
	return number(n[0] + n[1]), nil
}

// mathRandom draws from [start, end). With a seed, equal calls give equal numbers, but not the numbers that AWS would give.
func mathRandom(s *scope, args []any) (any, error) {
	n, err := asIntegers(args)
	if err != nil {
		return nil, err
	}
	if n[0] >= n[1] {
		return nil, errors.New("the start must be less than the end")
	}
	draw := s.engine.draw()
	if len(n) == 3 {
		draw = rand.New(rand.NewPCG(uint64(n[2]), 0)) //nolint:gosec // a negative seed is as good as any
	}
	return number(n[0] + draw.Int64N(n[1]-n[0])), nil
}

func newUUID(s *scope, _ []any) (any, error) {
	high, low := s.engine.draw().Uint64(), s.engine.draw().Uint64()
	high = high&^0xf000 | 0x4000   // version 4
	low = low&^(3<<62) | (2 << 62) // variant 10
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&0xffffffffffff), nil
}

func asString(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", errors.New("an argument must be a string")
	}
	return s, nil
}

// asIntegers rounds to the nearest integer, halves up, and accepts 32 bits, as AWS does.
func asIntegers(args []any) ([]int64, error) {
	list := make([]int64, len(args))
	for i, a := range args {
		n, ok := a.(json.Number)
		if !ok {
			return nil, errors.New("an argument must be a number")
		}
		f, err := n.Float64()
		if f = math.Floor(f + 0.5); err != nil || f < math.MinInt32 || f > math.MaxInt32 {
			return nil, fmt.Errorf("%s is not within -2147483648 and 2147483647", n)
		}
		list[i] = int64(f)
	}
	return list, nil
}

func number(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }
