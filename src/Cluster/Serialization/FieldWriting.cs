namespace Streaming.Cluster.Serialization;

/// <summary>Fields that <see cref="BinaryWriter"/> has no words for.</summary>
internal static class FieldWriting
{
    extension(BinaryWriter writer)
    {
        public void WriteOptional(string? text)
        {
            writer.Write(text is not null);
            if (text is not null)
            {
                writer.Write(text);
            }
        }

        /// <summary>A moment, in UTC: ticks of 100 ns since the year 1.</summary>
        public void Write(DateTimeOffset moment) => writer.Write(moment.UtcTicks);
    }
}
