using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Streaming.Pipeline.Tests.Isobmff;

/// <summary>A box that was read: its place, its body, and the boxes in it. ISO/IEC 14496-12 §4.2.</summary>
/// <param name="Type">The 4CC.</param>
/// <param name="Offset">Where it begins in what was read.</param>
/// <param name="Body">What follows size and type; for a container the boxes in it, too.</param>
/// <param name="FieldsLength">Bytes of <paramref name="Body"/> in front of the first box in it.</param>
/// <param name="Children">The boxes in it.</param>
public sealed record Mp4Box(
    string Type, int Offset, ReadOnlyMemory<byte> Body, int FieldsLength, IReadOnlyList<Mp4Box> Children)
{
    /// <summary>The version of a full box.</summary>
    public int Version => Body.Span[0];

    /// <summary>The flags of a full box.</summary>
    public uint Flags => UInt32At(0) & 0x00FFFFFF;

    /// <summary>The one box at a path like <c>moof/traf/tfhd</c> below this one.</summary>
    public Mp4Box this[string path] => BoxReader.Find(Children, path);

    public uint UInt32At(int position) => BinaryPrimitives.ReadUInt32BigEndian(Body.Span[position..]);

    public int Int32At(int position) => BinaryPrimitives.ReadInt32BigEndian(Body.Span[position..]);

    public ulong UInt64At(int position) => BinaryPrimitives.ReadUInt64BigEndian(Body.Span[position..]);

    public ushort UInt16At(int position) => BinaryPrimitives.ReadUInt16BigEndian(Body.Span[position..]);
}

/// <summary>A sample of a movie fragment with everything that tfhd, tfdt and trun say of it.</summary>
public sealed record FragmentSample(
    uint TrackId, long DecodeTime, uint Duration, int CompositionOffset, uint Flags, ReadOnlyMemory<byte> Data)
{
    /// <summary>sample_is_non_sync_sample is not set.</summary>
    public bool IsSync => (Flags & 0x00010000) == 0;
}

/// <summary>
/// Reads boxes and the samples of movie fragments back, for tests and tools. It is written from the specification and
/// shares nothing with the writer. Input that breaks the format throws <see cref="InvalidDataException"/>.
/// </summary>
public static class BoxReader
{
    private const int HeaderLength = 8;

    /// <summary>Containers, and how many bytes of fields stand in front of the boxes in them.</summary>
    private static readonly Dictionary<string, int> Containers = new()
    {
        ["moov"] = 0,
        ["trak"] = 0,
        ["mdia"] = 0,
        ["minf"] = 0,
        ["dinf"] = 0,
        ["stbl"] = 0,
        ["mvex"] = 0,
        ["edts"] = 0,
        ["moof"] = 0,
        ["traf"] = 0,
        ["dref"] = 8,
        ["stsd"] = 8,
        ["avc1"] = 78,
        ["mp4a"] = 28,
    };

    /// <summary>All boxes, one after the other, with no byte left over.</summary>
    public static IReadOnlyList<Mp4Box> Read(ReadOnlyMemory<byte> file) => Read(file, 0);

    /// <summary>The one box at a path like <c>moov/trak/tkhd</c>.</summary>
    public static Mp4Box Find(IReadOnlyList<Mp4Box> boxes, string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var type = slash < 0 ? path : path[..slash];
        var found = boxes.Where(box => box.Type == type).ToArray();
        if (found.Length != 1)
        {
            throw new InvalidDataException($"{found.Length} boxes '{type}' where one was expected.");
        }

        return slash < 0 ? found[0] : Find(found[0].Children, path[(slash + 1)..]);
    }

    /// <summary>
    /// The samples of all movie fragments in order, with the defaults of tfhd, and of trex if there is a moov.
    /// </summary>
    public static IReadOnlyList<FragmentSample> ReadSamples(ReadOnlyMemory<byte> file)
    {
        var boxes = Read(file);
        var trex = boxes.Where(box => box.Type == "moov")
            .SelectMany(moov => moov["mvex"].Children.Where(box => box.Type == "trex"))
            .ToDictionary(box => box.UInt32At(4));
        var samples = new List<FragmentSample>();
        foreach (var moof in boxes.Where(box => box.Type == "moof"))
        {
            foreach (var traf in moof.Children.Where(box => box.Type == "traf"))
            {
                ReadTrackFragment(file, moof, traf, trex, samples);
            }
        }

        return samples;
    }

    /// <summary>The tree as text: a line for each box, the fields of each box in hexadecimal below it.</summary>
    public static string Dump(ReadOnlyMemory<byte> file)
    {
        var text = new StringBuilder();
        foreach (var box in Read(file))
        {
            Dump(text, box, 0);
        }

        return text.ToString();
    }

    private static List<Mp4Box> Read(ReadOnlyMemory<byte> file, int offset)
    {
        var boxes = new List<Mp4Box>();
        while (!file.IsEmpty)
        {
            if (file.Length < HeaderLength)
            {
                throw new InvalidDataException($"{file.Length} bytes left over at {offset}.");
            }

            var size = BinaryPrimitives.ReadUInt32BigEndian(file.Span);
            var type = Encoding.Latin1.GetString(file.Span[4..8]);
            if (size < HeaderLength || size > file.Length)
            {
                throw new InvalidDataException($"Box '{type}' at {offset} says {size} bytes of {file.Length}.");
            }

            var body = file[HeaderLength..(int)size];
            var isContainer = Containers.TryGetValue(type, out var fieldsLength);
            var children = isContainer ? Read(body[fieldsLength..], offset + HeaderLength + fieldsLength) : [];
            boxes.Add(new Mp4Box(type, offset, body, isContainer ? fieldsLength : body.Length, children));
            file = file[(int)size..];
            offset += (int)size;
        }

        return boxes;
    }

    private static void ReadTrackFragment(
        ReadOnlyMemory<byte> file,
        Mp4Box moof,
        Mp4Box traf,
        Dictionary<uint, Mp4Box> trex,
        List<FragmentSample> samples)
    {
        var tfhd = traf["tfhd"];
        var trackId = tfhd.UInt32At(4);
        var position = 8;
        var baseOffset = (long)moof.Offset;
        if ((tfhd.Flags & 0x000001) != 0)
        {
            baseOffset = (long)tfhd.UInt64At(position);
            position += 8;
        }
        else if ((tfhd.Flags & 0x020000) == 0)
        {
            throw new InvalidDataException("Neither base-data-offset nor default-base-is-moof.");
        }

        if ((tfhd.Flags & 0x000002) != 0)
        {
            position += 4; // sample_description_index
        }

        trex.TryGetValue(trackId, out var extends);
        var duration = Default(0x000008, 12);
        var size = Default(0x000010, 16);
        var flags = Default(0x000020, 20);
        if (position != tfhd.Body.Length)
        {
            throw new InvalidDataException("The tfhd's length does not agree with its flags.");
        }

        var tfdt = traf["tfdt"];
        var decodeTime = tfdt.Version == 1 ? (long)tfdt.UInt64At(4) : tfdt.UInt32At(4);
        foreach (var trun in traf.Children.Where(box => box.Type == "trun"))
        {
            var run = new RunReader(trun);
            var count = run.Next();
            if (!run.Has(0x000001))
            {
                throw new InvalidDataException("A run without data offset.");
            }

            var data = baseOffset + (int)run.Next();
            var firstFlags = run.Has(0x000004) ? run.Next() : (uint?)null;
            for (var index = 0; index < count; index++)
            {
                var sampleDuration = run.NextIf(0x000100) ?? duration ?? throw Missing("duration");
                var sampleSize = run.NextIf(0x000200) ?? size ?? throw Missing("size");
                var sampleFlags = run.NextIf(0x000400)
                    ?? (index == 0 ? firstFlags : null) ?? flags ?? throw Missing("flags");
                var offset = (int)(run.NextIf(0x000800) ?? 0);
                if (trun.Version == 0 && offset < 0)
                {
                    throw new InvalidDataException("A composition offset above 2^31.");
                }

                samples.Add(new FragmentSample(
                    trackId, decodeTime, sampleDuration, offset, sampleFlags, file.Slice((int)data, (int)sampleSize)));
                decodeTime += sampleDuration;
                data += sampleSize;
            }

            run.End();
        }

        uint? Default(uint flag, int trexPosition)
        {
            if ((tfhd.Flags & flag) == 0)
            {
                return extends?.UInt32At(trexPosition);
            }

            position += 4;
            return tfhd.UInt32At(position - 4);
        }

        InvalidDataException Missing(string what) => new($"A sample of track {trackId} has no {what}.");
    }

    private static void Dump(StringBuilder text, Mp4Box box, int depth)
    {
        var indent = new string(' ', depth * 2);
        text.Append(CultureInfo.InvariantCulture, $"{indent}{box.Type} {box.Body.Length + HeaderLength}\n");
        foreach (var row in Convert.ToHexStringLower(box.Body.Span[..box.FieldsLength]).Chunk(64))
        {
            var words = string.Join(' ', row.Chunk(8).Select(word => new string(word)));
            text.Append(CultureInfo.InvariantCulture, $"{indent}  | {words}\n");
        }

        foreach (var child in box.Children)
        {
            Dump(text, child, depth + 1);
        }
    }

    /// <summary>Walks the fields of a trun that its flags say are there.</summary>
    private sealed class RunReader(Mp4Box trun)
    {
        private int _position = 4;

        public bool Has(uint flag) => (trun.Flags & flag) != 0;

        public uint Next()
        {
            _position += 4;
            return trun.UInt32At(_position - 4);
        }

        public uint? NextIf(uint flag) => Has(flag) ? Next() : null;

        public void End()
        {
            if (_position != trun.Body.Length)
            {
                throw new InvalidDataException("The trun's length does not agree with its flags.");
            }
        }
    }
}
