//! How a function is curved at a point.

/// A point (x, y), or a direction. Where there is only one parameter, y is 0 and stays so.
pub type Point = [f64; 2];

/// The second derivatives at a point, and what they are along their own directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curvature {
    /// The eigenvalues of the matrix of second derivatives, λ₁ ≤ λₙ.
    pub lambda: [f64; 2],
    /// The unit vectors that belong to them.
    pub direction: [Point; 2],
    /// ∂²f/∂x², ∂²f/∂x∂y, ∂²f/∂y².
    pub hessian: [f64; 3],
}

impl Curvature {
    /// That of a symmetric matrix `[a, b, d]`, for `a b / b d`.
    pub(super) fn of(hessian: [f64; 3]) -> Self {
        let [a, b, d] = hessian;
        let (middle, half) = ((a + d) / 2.0, libm::hypot((a - d) / 2.0, b));
        let large = middle + half;
        // The product of both is the determinant, which is exacter than the difference of nearly equal numbers.
        let small = if middle > 0.0 && large != 0.0 { (a * d - b * b) / large } else { middle - half };
        let unit = |[x, y]: Point| {
            let length = libm::hypot(x, y);
            [x / length, y / length]
        };
        let of_large = if b != 0.0 {
            unit([b, large - a])
        } else if a >= d {
            [1.0, 0.0]
        } else {
            [0.0, 1.0]
        };
        Self { lambda: [small, large], direction: [[-of_large[1], of_large[0]], of_large], hessian }
    }

    /// The condition number λₙ / λ₁.
    pub fn condition(&self) -> f64 {
        self.lambda[1] / self.lambda[0]
    }

    /// How much of a vector is along each direction.
    pub fn along(&self, [x, y]: Point) -> Point {
        self.direction.map(|[a, b]| a * x + b * y)
    }
}
