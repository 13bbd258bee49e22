using System.Security.Cryptography;
using System.Text;
using Grpc.Core;

namespace Streaming.Gateway.MediaPlane;

/// <summary>The cluster's secret in the metadata of calls between nodes: <c>authorization: Bearer …</c>, RFC 6750 §2.1.</summary>
internal sealed class SecretCheck(string secret)
{
    private const string Header = "authorization";

    // Hashes are of one length, so that comparing them takes the same time whatever was sent.
    private readonly byte[] _expected = Hash(Value(secret));

    /// <summary>What a caller sends.</summary>
    public Metadata Metadata { get; } = new() { { Header, Value(secret) } };

    /// <summary>Refuses who does not know it.</summary>
    /// <exception cref="RpcException">With <see cref="StatusCode.Unauthenticated"/>.</exception>
    public void Check(Metadata sent)
    {
        if (!CryptographicOperations.FixedTimeEquals(Hash(sent.GetValue(Header) ?? ""), _expected))
        {
            throw new RpcException(new(StatusCode.Unauthenticated, "The cluster's secret is another one (Streaming:Cluster:Secret)."));
        }
    }

    private static string Value(string secret) => "Bearer " + secret;

    private static byte[] Hash(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));
}
