/** A worker's program that ends before it has begun. */
throw new RangeError("this entry throws");
