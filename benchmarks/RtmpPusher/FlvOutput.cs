using System.Buffers;
using System.Buffers.Binary;

namespace Streaming.RtmpPusher;

/// <summary>Writes a <see cref="MediaLoop"/> as one FLV stream in real time: what a transcoder is fed with.</summary>
internal sealed class FlvOutput(Stream output, MediaLoop loop)
{
    public async Task RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 20);
        // With sound and pictures, then the length of no tag before.
        buffer.Write("FLV\x01\x05\0\0\0\x09\0\0\0\0"u8);
        foreach (var tag in loop.Preamble)
        {
            Write(buffer, tag);
        }

        var pacing = new Pacing(loop, TimeSpan.Zero, Tempo.RealTime);
        try
        {
            while (await pacing.WaitAsync(duration, cancellationToken))
            {
                while (pacing.TryTake(out var tag))
                {
                    Write(buffer, tag);
                }

                await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
                await output.FlushAsync(cancellationToken);
                buffer.ResetWrittenCount();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Interrupted, or the reader has gone: either ends the stream.
        }
    }

    private static void Write(ArrayBufferWriter<byte> buffer, MediaTag tag)
    {
        var header = buffer.GetSpan(11);
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)tag.Type << 24 | (uint)tag.Body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], tag.TimestampMs << 8 | tag.TimestampMs >> 24);
        header[8..11].Clear();
        buffer.Advance(11);
        buffer.Write(tag.Body);
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), 11 + tag.Body.Length);
        buffer.Advance(4);
    }
}
