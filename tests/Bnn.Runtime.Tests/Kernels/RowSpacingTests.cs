using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

public class RowSpacingTests
{
    [Fact]
    public void Both_ways_bring_rows_together_and_apart()
    {
        var random = new Random(1);
        for (int width = 1; width <= PixelLayout.MostWidth; width++)
        {
            for (int wider = 0; wider < 4; wider++)
            {
                PixelLayout layout = new(4, width);
                if (layout.Pitch << wider > 64)
                    continue;
                layout = layout.WithPitch(layout.Pitch << wider);
                ulong word = (ulong)random.NextInt64() << 1 ^ (ulong)random.NextInt64(), closed = 0, spread = 0;
                for (int row = 0, to = 0; row < layout.RowsOfWord; row++)
                {
                    for (int x = 0; x < width; x++, to++)
                    {
                        closed |= (word >> ((row * layout.Pitch) + x) & 1) << to;
                        spread |= (word >> to & 1) << ((row * layout.Pitch) + x);
                    }
                }
                foreach (bool picksBits in InputWindow.IsFast ? [false, true] : new[] { false })
                {
                    var rows = new RowSpacing(layout, picksBits);
                    Assert.Equal(closed, rows.Close(word));
                    Assert.Equal(spread, rows.Spread(word));
                }
            }
        }
    }
}
