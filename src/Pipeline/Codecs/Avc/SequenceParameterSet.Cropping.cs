namespace Streaming.Pipeline.Codecs.Avc;

public sealed partial record SequenceParameterSet
{
    /// <summary>frame_crop offsets, in crop units. ITU-T H.264 §7.4.2.1.1.</summary>
    private readonly record struct Cropping(uint Left, uint Right, uint Top, uint Bottom)
    {
        public static Cropping Read(ref BitReader reader) =>
            new(Left: reader.ReadUe(), Right: reader.ReadUe(), Top: reader.ReadUe(), Bottom: reader.ReadUe());

        /// <summary>The size that is left; 0 or less when nothing is.</summary>
        public (int Width, int Height) Apply(int width, int height, int unitWidth, int unitHeight) =>
            (Shrink(width, ((long)Left + Right) * unitWidth), Shrink(height, ((long)Top + Bottom) * unitHeight));

        private static int Shrink(int size, long cropped) => cropped >= size ? 0 : size - (int)cropped;
    }
}
