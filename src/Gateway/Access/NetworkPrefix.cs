using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Streaming.Gateway.Access;

/// <summary>
/// What counts as one address: an IPv4 address, or the subnet prefix of an IPv6 address, in which every machine may choose among
/// 2^64 addresses (RFC 7421). The loopback is an address like any other.
/// </summary>
internal readonly record struct NetworkPrefix(ulong Bits, bool IsIPv6)
{
    /// <summary>Of a client's address; that of no address (a Unix socket) is one too.</summary>
    public static NetworkPrefix Of(EndPoint? remote) => Of((remote as IPEndPoint)?.Address);

    /// <inheritdoc cref="Of(EndPoint?)"/>
    public static NetworkPrefix Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out _))
        {
            return default;
        }

        return address.AddressFamily is AddressFamily.InterNetwork ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes), false)
            : address.IsIPv4MappedToIPv6 ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), false)
            : new(BinaryPrimitives.ReadUInt64BigEndian(bytes), true);
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (IsIPv6)
        {
            bytes.Clear();
            BinaryPrimitives.WriteUInt64BigEndian(bytes, Bits);
            return $"{new IPAddress(bytes)}/64";
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Bits);
        return $"{new IPAddress(bytes[..4])}";
    }
}
