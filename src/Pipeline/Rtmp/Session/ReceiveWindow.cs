namespace Streaming.Pipeline.Rtmp.Session;

/// <summary>
/// When to send an Acknowledgement: RTMP 1.0 §5.4.3. Bytes are counted from the end of the handshake, modulo 2^32 as
/// the sequence number is.
/// </summary>
internal sealed class ReceiveWindow(uint size, uint received = 0)
{
    private uint _size = size;
    private uint _received = received;
    private uint _acknowledged = received;

    /// <summary>The peer's Window Acknowledgement Size (§5.4.4); 0 is not taken for a window.</summary>
    public void SetSize(uint size)
    {
        if (size > 0)
        {
            _size = size;
        }
    }

    /// <summary>
    /// Counts bytes, and says whether they are to be acknowledged. That is so at half the window: a peer that counts
    /// the handshake too would reach its end before us and wait for ever.
    /// </summary>
    public bool TryAcknowledge(long bytes, out uint sequenceNumber)
    {
        _received += (uint)bytes;
        sequenceNumber = _received;
        var due = _received - _acknowledged >= Math.Max(_size / 2, 1);
        if (due)
        {
            _acknowledged = _received;
        }

        return due;
    }
}
