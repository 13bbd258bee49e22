using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Streaming.Cluster.Membership;

/// <summary>
/// Who of many has something, so that all who know the same many find the same one without asking, and so that little moves when one of them comes or goes:
/// rendezvous hashing (Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous", 1996).
/// </summary>
internal static class Rendezvous
{
    /// <summary>How much one of them has to do with a key: the one with the highest weight has it. The same in every process.</summary>
    public static ulong Weight(string key, string node) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{key}\n{node}")));
}
