using System.Numerics;

namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>Exp-Golomb codes. ITU-T H.264 §9.1.</summary>
internal static class ExpGolomb
{
    /// <summary>The longest prefix whose code still fits 32 bits.</summary>
    private const int LeadingZerosMax = 31;

    extension(ref BitReader reader)
    {
        /// <summary>ue(v). A code that is too long exhausts the reader, as one cut short does.</summary>
        public uint ReadUe()
        {
            var zeros = 0;
            while (!reader.ReadFlag())
            {
                if (reader.IsOverrun || ++zeros > LeadingZerosMax)
                {
                    reader.Skip(int.MaxValue);
                    return 0;
                }
            }

            return (1u << zeros) - 1 + reader.Read(zeros);
        }

        /// <summary>se(v).</summary>
        public int ReadSe()
        {
            var code = reader.ReadUe();
            var magnitude = (int)((code + 1L) / 2);
            return (code & 1) == 1 ? magnitude : -magnitude;
        }
    }

    extension(BitWriter writer)
    {
        /// <summary>ue(v).</summary>
        public BitWriter WriteUe(uint value)
        {
            var length = BitOperations.Log2(value + 1) + 1;
            return writer.Write(0, length - 1).Write(value + 1, length);
        }

        /// <summary>se(v).</summary>
        public BitWriter WriteSe(int value) => writer.WriteUe((uint)(value > 0 ? (2 * value) - 1 : -2 * value));
    }
}
