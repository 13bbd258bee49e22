using Google.Protobuf;

namespace Streaming.Gateway.Tests.Metrics;

/// <summary>A span as a collector gets it. OpenTelemetry's <c>trace.proto</c>, the fields that are looked at here.</summary>
/// <param name="TraceId">In hexadecimal, as are the ids that follow.</param>
/// <param name="Id">Its own.</param>
/// <param name="ParentId">Empty for none.</param>
/// <param name="Name">What was done.</param>
/// <param name="Kind">As a number.</param>
/// <param name="Attributes">Those that are texts.</param>
internal sealed record OtlpSpan(
    string TraceId, string Id, string ParentId, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes)
{
    public const int Server = 2;
    public const int Client = 3;

    public bool Has(string attribute, string value) => Attributes.GetValueOrDefault(attribute) == value;

    /// <summary>All spans of an <c>ExportTraceServiceRequest</c>.</summary>
    public static IEnumerable<OtlpSpan> ReadAll(byte[] request) =>
        from resource in Messages(request, 1)
        from scope in Messages(resource, 2)
        from span in Messages(scope, 2)
        select Read(span);

    private static OtlpSpan Read(byte[] span) => new(
        Convert.ToHexStringLower(Messages(span, 1).Single()),
        Convert.ToHexStringLower(Messages(span, 2).Single()),
        Convert.ToHexStringLower(Messages(span, 4).SingleOrDefault([])),
        Text(Messages(span, 5).Single()),
        (int)Numbers(span, 6).Single(),
        Messages(span, 9).ToDictionary(
            static pair => Text(Messages(pair, 1).Single()),
            static pair => Text(Messages(Messages(pair, 2).Single(), 1).SingleOrDefault([]))));

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private static IEnumerable<byte[]> Messages(byte[] message, int field) =>
        Fields(message).Where(read => read.Field == field && read.Bytes is not null).Select(static read => read.Bytes!);

    private static IEnumerable<ulong> Numbers(byte[] message, int field) =>
        Fields(message).Where(read => read.Field == field && read.Bytes is null).Select(static read => read.Number);

    private static List<(int Field, byte[]? Bytes, ulong Number)> Fields(byte[] message)
    {
        var reader = new CodedInputStream(message);
        var fields = new List<(int, byte[]?, ulong)>();
        while (reader.ReadTag() is not 0 and var tag)
        {
            var field = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.LengthDelimited:
                    fields.Add((field, reader.ReadBytes().ToByteArray(), 0));
                    break;
                case WireFormat.WireType.Varint:
                    fields.Add((field, null, reader.ReadUInt64()));
                    break;
                default:
                    reader.SkipLastField();
                    break;
            }
        }

        return fields;
    }
}
