package wire

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go/encoding/cbor"
)

// fromCBOR turns a CBOR value into the kinds that the JSON decoder yields, and time.Time for a tagged instant.
func fromCBOR(v cbor.Value) (any, error) {
	switch v := v.(type) {
	case cbor.Map:
		members := make(map[string]any, len(v))
		for name, member := range v {
			value, err := fromCBOR(member)
			if err != nil {
				return nil, err
			}
			members[name] = value
		}
		return members, nil
	case cbor.List:
		items := make([]any, len(v))
		for i, item := range v {
			value, err := fromCBOR(item)
			if err != nil {
				return nil, err
			}
			items[i] = value
		}
		return items, nil
	case cbor.String:
		return string(v), nil
	case cbor.Slice:
		return base64.StdEncoding.EncodeToString(v), nil
	case cbor.Bool:
		return bool(v), nil
	case *cbor.Nil, *cbor.Undefined:
		return nil, nil
	case *cbor.Tag:
		return cbor.AsTime(v)
	case cbor.Uint:
		return json.Number(strconv.FormatUint(uint64(v), 10)), nil
	case cbor.NegInt:
		i, err := cbor.AsInt64(v)
		return json.Number(strconv.FormatInt(i, 10)), err
	case cbor.Float32, cbor.Float64:
		f, err := cbor.AsFloat64(v)
		return json.Number(strconv.FormatFloat(f, 'g', -1, 64)), err
	}
	return nil, fmt.Errorf("a CBOR value of type %T is not expected", v)
}

// decode fills an SDK input from a tree of arguments. The SDK's inputs can write themselves but not read themselves.
// Members that the input does not have are ignored, as AWS does.
func decode(into any, arguments map[string]any) error {
	return assign(reflect.ValueOf(into).Elem(), arguments)
}

var timeType = reflect.TypeFor[time.Time]()

func assign(to reflect.Value, from any) error {
	if from == nil {
		return nil
	}
	if to.Type() == timeType {
		t, err := instant(from)
		if err != nil {
			return err
		}
		to.Set(reflect.ValueOf(t))
		return nil
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return assign(to.Elem(), from)
	case reflect.Struct:
		return assignStruct(to, from)
	case reflect.Slice:
		return assignSlice(to, from)
	case reflect.Map:
		return assignMap(to, from)
	case reflect.Interface:
		return assignUnion(to, from)
	}
	return assignScalar(to, from)
}

func assignStruct(to reflect.Value, from any) error {
	members, ok := from.(map[string]any)
	if !ok {
		return fmt.Errorf("expected a structure, got %T", from)
	}
	for name, value := range members {
		if name == "" {
			continue
		}
		// Some models start their members in lower case; Go's fields cannot.
		field := to.FieldByName(strings.ToUpper(name[:1]) + name[1:])
		if !field.IsValid() || !field.CanSet() {
			continue
		}
		if err := assign(field, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func assignSlice(to reflect.Value, from any) error {
	if text, ok := from.(string); ok && to.Type().Elem().Kind() == reflect.Uint8 {
		b, err := base64.StdEncoding.DecodeString(text)
		to.SetBytes(b)
		return err
	}
	if from == plain("") {
		return nil // how the query protocol writes an empty list
	}
	items, ok := from.([]any)
	if !ok {
		return fmt.Errorf("expected a list, got %T", from)
	}
	to.Set(reflect.MakeSlice(to.Type(), len(items), len(items)))
	for i, item := range items {
		if err := assign(to.Index(i), item); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

func assignMap(to reflect.Value, from any) error {
	entries, ok := from.(map[string]any)
	if !ok {
		return fmt.Errorf("expected a map, got %T", from)
	}
	to.Set(reflect.MakeMapWithSize(to.Type(), len(entries)))
	for key, entry := range entries {
		value := reflect.New(to.Type().Elem()).Elem()
		if err := assign(value, entry); err != nil {
			return fmt.Errorf("[%q]: %w", key, err)
		}
		to.SetMapIndex(reflect.ValueOf(key).Convert(to.Type().Key()), value)
	}
	return nil
}

// unions are the unions of the inputs, and the SDK's type of each of their members.
var unions = map[reflect.Type]map[string]reflect.Type{
	reflect.TypeFor[types.ClusterInstanceStorageConfig](): {
		"EbsVolumeConfig":  reflect.TypeFor[types.ClusterInstanceStorageConfigMemberEbsVolumeConfig](),
		"FsxLustreConfig":  reflect.TypeFor[types.ClusterInstanceStorageConfigMemberFsxLustreConfig](),
		"FsxOpenZfsConfig": reflect.TypeFor[types.ClusterInstanceStorageConfigMemberFsxOpenZfsConfig](),
	},
	reflect.TypeFor[types.CustomFileSystem](): {
		"EFSFileSystem":       reflect.TypeFor[types.CustomFileSystemMemberEFSFileSystem](),
		"FSxLustreFileSystem": reflect.TypeFor[types.CustomFileSystemMemberFSxLustreFileSystem](),
		"S3FileSystem":        reflect.TypeFor[types.CustomFileSystemMemberS3FileSystem](),
	},
	reflect.TypeFor[types.CustomFileSystemConfig](): {
		"EFSFileSystemConfig":       reflect.TypeFor[types.CustomFileSystemConfigMemberEFSFileSystemConfig](),
		"FSxLustreFileSystemConfig": reflect.TypeFor[types.CustomFileSystemConfigMemberFSxLustreFileSystemConfig](),
		"S3FileSystemConfig":        reflect.TypeFor[types.CustomFileSystemConfigMemberS3FileSystemConfig](),
	},
}

// assignUnion reads the one member that a union has.
func assignUnion(to reflect.Value, from any) error {
	members, ok := from.(map[string]any)
	if !ok {
		return fmt.Errorf("expected a union, got %T", from)
	}
	for name, value := range members {
		member, known := unions[to.Type()][name]
		if !known || len(members) > 1 {
			break
		}
		one := reflect.New(member)
		if err := assign(one.Elem().FieldByName("Value"), value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		to.Set(one)
		return nil
	}
	return fmt.Errorf("%w: not one known member for %s", errKind, to.Type())
}

var errKind = errors.New("the value has the wrong type")

func assignScalar(to reflect.Value, from any) error {
	switch from := from.(type) {
	case string:
		if to.Kind() == reflect.String {
			to.SetString(from)
			return nil
		}
	case bool:
		if to.Kind() == reflect.Bool {
			to.SetBool(from)
			return nil
		}
	case plain:
		return assignPlain(to, string(from))
	case json.Number:
		if to.CanInt() {
			i, err := strconv.ParseInt(string(from), 10, to.Type().Bits())
			to.SetInt(i)
			return err
		}
		if to.CanFloat() {
			f, err := from.Float64()
			to.SetFloat(f)
			return err
		}
	}
	return fmt.Errorf("%w: %T for %s", errKind, from, to.Type())
}

// assignPlain reads a value of the query protocol as what the input wants.
func assignPlain(to reflect.Value, from string) error {
	switch {
	case to.Kind() == reflect.String:
		to.SetString(from)
		return nil
	case to.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(from)
		to.SetBool(b)
		return err
	}
	return assignScalar(to, json.Number(from))
}

// instant reads a timestamp: epoch seconds with a fraction in JSON, a tagged instant in CBOR.
func instant(from any) (time.Time, error) {
	switch from := from.(type) {
	case time.Time:
		return from.UTC(), nil
	case json.Number:
		f, err := from.Float64()
		if err != nil {
			return time.Time{}, err
		}
		whole, fraction := math.Modf(f)
		return time.Unix(int64(whole), int64(math.Round(fraction*1e3))*int64(time.Millisecond)).UTC(), nil
	case string:
		return time.Parse(time.RFC3339Nano, from)
	case plain:
		return time.Parse(time.RFC3339Nano, string(from))
	}
	return time.Time{}, fmt.Errorf("%w: %T for a timestamp", errKind, from)
}
