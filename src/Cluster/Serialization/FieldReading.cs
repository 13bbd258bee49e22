namespace Streaming.Cluster.Serialization;

/// <summary>Fields that <see cref="BinaryReader"/> has no words for.</summary>
internal static class FieldReading
{
    extension(BinaryReader reader)
    {
        public string? ReadOptionalString() => reader.ReadBoolean() ? reader.ReadString() : null;

        public DateTimeOffset ReadMoment() => new(reader.ReadInt64(), TimeSpan.Zero);
    }
}
